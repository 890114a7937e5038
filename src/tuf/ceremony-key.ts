// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { checkSshSignature, readSshSignature } from '../crypto/sshsig.ts';
import { makeSshSignature, sshKeyFingerprint } from '../crypto/sshsig-maker.ts';
import { hexOf, readForm, writeForm } from './ceremony-form.ts';

/* `holder-NAME.json`: a public key, and the proof that whoever sends it holds the private one. */

const FORMAT = 'wheelproof-ceremony-key/1';
const NAMESPACE = 'wheelproof-ceremony-key';

export interface CeremonyId {
  readonly nonce: string;
  /** Of `ceremony.json`. */
  readonly sha256: string;
}

export function holderFile(name: string): string {
  return `holder-${name}.json`;
}

/** What a holder signs to show that the key is theirs, in this ceremony, under this name. */
function statement({ nonce, sha256 }: CeremonyId, name: string, key: string): Uint8Array {
  const lines = ['wheelproof ceremony key', `ceremony ${sha256}`, `nonce ${nonce}`];
  return Buffer.from([...lines, `name ${name}`, `key ${key}`, ''].join('\n'));
}

/** @throws what the signer throws */
export async function writeHolder(
  id: CeremonyId,
  name: string,
  signer: Signer,
): Promise<Uint8Array> {
  const { publicKey: key } = signer;
  const proof = await makeSshSignature(statement(id, name, key), NAMESPACE, signer);
  return writeForm({ format: FORMAT, name, key, proof });
}

/**
 * @returns the public key.
 * @throws Refusal `WP-CEREMONY-KEY` where it is not this holder's, of this ceremony;
 *   `WP-CEREMONY-MALFORMED`
 */
export function readHolder(id: CeremonyId, name: string, bytes: Uint8Array): string {
  const file = holderFile(name);
  const found = readForm(bytes, file, (fields) => {
    if (fields.text('format') !== FORMAT) throw fields.wrong('format', FORMAT);
    const key = hexOf(fields, 'key', 32);
    return { name: fields.text('name'), key, proof: fields.text('proof') };
  });
  if (found.name !== name) throw swapped(file, 'it is the key of somebody else');
  if (provesSsh(statement(id, name, found.key), found, NAMESPACE)) return found.key;
  throw swapped(file, 'its proof was not made with this key, for this name, in this ceremony');
}

/** Whether this key made the SSH signature over these bytes. */
export function provesSsh(
  message: Uint8Array,
  { key, proof }: { readonly key: string; readonly proof: string },
  namespace: string,
): boolean {
  try {
    const read = readSshSignature(Buffer.from(proof));
    const isOfKey = read.fingerprint === sshKeyFingerprint(key) && read.namespace === namespace;
    return isOfKey && checkSshSignature(message, read).good;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function swapped(file: string, why: string): Refusal {
  return new Refusal('WP-CEREMONY-KEY', { message: `${file}: ${why}` });
}
