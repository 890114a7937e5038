// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Signer } from '../core/tuf-repository.ts';
import { sshString } from './ssh-wire.ts';
import { sshFingerprint } from './sshsig.ts';

/* OpenSSH PROTOCOL.sshsig, version 1, with an Ed25519 key. */

const TYPE = 'ssh-ed25519';
const HASH = 'sha512';

/** The key as a line of an allowed-signers file has it: `ssh-ed25519 AAAA…`. */
export function sshKeyWords(publicKey: string): string {
  return `${TYPE} ${blobOf(publicKey).toString('base64')}`;
}

/** As `ssh-keygen -l` shows it. */
export function sshKeyFingerprint(publicKey: string): string {
  return sshFingerprint(blobOf(publicKey));
}

/** As `ssh-keygen -Y sign -n NAMESPACE` writes it. @throws what the signer throws */
export async function makeSshSignature(
  message: Uint8Array,
  namespace: string,
  signer: Signer,
): Promise<string> {
  const magic = Buffer.from('SSHSIG');
  const head = Buffer.concat([sshString(namespace), sshString(''), sshString(HASH)]);
  const digest = createHash(HASH).update(message).digest();
  const signed = await signer.sign(Buffer.concat([magic, head, sshString(digest)]));
  const whole = Buffer.concat([
    magic,
    Buffer.from([0, 0, 0, 1]),
    sshString(blobOf(signer.publicKey)),
    head,
    sshString(Buffer.concat([sshString(TYPE), sshString(signed)])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/gu) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

function blobOf(publicKey: string): Buffer {
  return Buffer.concat([sshString(TYPE), sshString(Buffer.from(publicKey, 'hex'))]);
}
