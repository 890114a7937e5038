// SPDX-License-Identifier: Apache-2.0
import { createHash, verify } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { signatureOutcome, type SignatureOutcome } from './signature-outcome.ts';
import { readSshKey, SshFields, sshString, type SshKey } from './ssh-wire.ts';

/* OpenSSH PROTOCOL.sshsig, version 1. */

const MAGIC = 'SSHSIG';
const WHAT = 'the SSH signature';
const LEAST_RSA_BITS = 2048;
const HASHES: ReadonlySet<string> = new Set(['sha256', 'sha512']);
/** PROTOCOL.u2f: somebody touched the token. */
const USER_PRESENT = 0x01;

/** A signature that has been read, and not yet checked. */
export interface SshSignature {
  readonly key: SshKey;
  readonly blob: Buffer;
  /** As `ssh-keygen -l` shows the key. */
  readonly fingerprint: string;
  readonly namespace: string;
  readonly reserved: Buffer;
  readonly hash: string;
  readonly signature: Buffer;
}

/** @throws Refusal `WP-SIGNATURE-MALFORMED`, `WP-SIGNATURE-WEAK` */
export function readSshSignature(armoured: Uint8Array): SshSignature {
  const fields = new SshFields(unarmour(armoured), WHAT);
  if (fields.take(MAGIC.length).toString('latin1') !== MAGIC) throw fields.wrong('no such thing');
  if (fields.number() !== 1) throw fields.wrong('of a version that is not known here');
  const blob = fields.bytes();
  const namespace = fields.text();
  const reserved = fields.bytes();
  const hash = fields.text();
  const signature = fields.bytes();
  fields.end();
  if (namespace === '') throw fields.wrong('it says not what it is for');
  if (!HASHES.has(hash)) {
    throw new Refusal('WP-SIGNATURE-WEAK', { message: `${WHAT}: it hashes with ${hash}` });
  }
  const key = readSshKey(blob, WHAT);
  return { key, blob, fingerprint: sshFingerprint(blob), namespace, reserved, hash, signature };
}

/** Whether its key made it over these bytes; whose key that is, is another question. */
export function checkSshSignature(message: Uint8Array, read: SshSignature): SignatureOutcome {
  const { key, fingerprint, namespace, reserved, hash, signature } = read;
  const outcome = signatureOutcome(`SSH key ${fingerprint}`);
  const { modulusLength } = key.key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS)
    return outcome.bad('WP-SIGNATURE-WEAK', `an RSA key of ${modulusLength} bits`);
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    sshString(namespace),
    sshString(reserved),
    sshString(hash),
    sshString(createHash(hash).update(message).digest()),
  ]);
  const fields = new SshFields(signature, WHAT);
  const scheme = fields.text();
  const content = fields.bytes();
  if (key.application === null) {
    fields.end();
    return isOf(key, scheme, content, signed) ? outcome.good() : outcome.wrong();
  }
  const flags = fields.take(1);
  const counter = fields.take(4);
  fields.end();
  if (((flags[0] ?? 0) & USER_PRESENT) === 0)
    return outcome.bad('WP-KEY-USAGE', 'nobody touched the token that signed');
  const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
  const parts = [digest(Buffer.from(key.application, 'latin1')), flags, counter, digest(signed)];
  return isOf(key, scheme, content, Buffer.concat(parts)) ? outcome.good() : outcome.wrong();
}

/** `SHA256:…` without padding, as OpenSSH prints it. */
export function sshFingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`;
}

function isOf({ type, key }: SshKey, scheme: string, content: Buffer, signed: Buffer): boolean {
  try {
    if (key.asymmetricKeyType === 'rsa') {
      const hash = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[scheme];
      return hash !== undefined && verify(hash, signed, key, content);
    }
    if (scheme !== type) return false;
    if (key.asymmetricKeyType === 'ed25519') return verify(null, signed, key, content);
    const curve = key.asymmetricKeyDetails?.namedCurve;
    const [hash, size] =
      curve === 'secp521r1'
        ? (['sha512', 66] as const)
        : curve === 'secp384r1'
          ? (['sha384', 48] as const)
          : (['sha256', 32] as const);
    return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, pairOf(content, size));
  } catch {
    return false; // not even the form of a signature
  }
}

/** RFC 5656, section 3.1.2: two numbers; what OpenSSL wants has them at their full length. */
function pairOf(content: Buffer, size: number): Buffer {
  const fields = new SshFields(content, WHAT);
  const pair = [fields.magnitude(), fields.magnitude()].map((number) => {
    if (number.length > size) throw fields.wrong('a number in it is too large');
    return Buffer.concat([Buffer.alloc(size - number.length), number]);
  });
  fields.end();
  return Buffer.concat(pair);
}

function unarmour(armoured: Uint8Array): Buffer {
  const text = Buffer.from(armoured).toString('latin1').replaceAll('\r\n', '\n');
  const [, body] =
    /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+?)\n?-----END SSH SIGNATURE-----\n*$/u.exec(
      text,
    ) ?? [];
  const base64 = body?.replaceAll('\n', '') ?? '';
  const bytes = Buffer.from(base64, 'base64');
  if (base64 !== '' && bytes.toString('base64') === base64) return bytes;
  throw new Refusal('WP-SIGNATURE-MALFORMED', { message: `${WHAT}: no armoured SSH signature` });
}
