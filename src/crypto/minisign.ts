// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, verify } from 'node:crypto';
import { Refusal } from '../core/errors.ts';
import { signatureOutcome, type SignatureOutcome } from './signature-outcome.ts';

/** A minisign public key: the eight bytes that name it, and the key. */
export interface MinisignKey {
  /** 16 upper-case hexadecimal digits, as `minisign` shows it. */
  readonly id: string;
  readonly raw: Buffer;
  /** As in `minisign.pub`. */
  readonly text: string;
}

/** A signature file (minisign(1), SIGNATURE FORMAT), read and not yet checked. */
export interface MinisignSignature {
  readonly id: string;
  /** `ED`: over the BLAKE2b-512 of the bytes; `Ed`: over the bytes themselves. */
  readonly scheme: 'ED' | 'Ed';
  readonly signature: Buffer;
  /** Hostile text until it is checked. */
  readonly comment: string;
  readonly global: Buffer;
}

const TRUSTED = 'trusted comment: ';
const UNTRUSTED = 'untrusted comment: ';

/**
 * @param text a key file, or its second line alone.
 * @throws Refusal `WP-SIGNER-KEYS`
 */
export function readMinisignKey(text: string, what: string): MinisignKey {
  const lines = text.trim().split(/\r?\n/u);
  const line = lines.at(-1) ?? '';
  const bytes = exactBase64(line, 42);
  const isHeaded = lines.length === 1 || (lines.length === 2 && text.startsWith(UNTRUSTED));
  if (bytes !== null && isHeaded && bytes.toString('latin1', 0, 2) === 'Ed') {
    return { id: idOf(bytes), raw: bytes.subarray(10), text: line };
  }
  throw new Refusal('WP-SIGNER-KEYS', {
    message: `${what}: expected a minisign public key, 56 base64 characters that begin with RW`,
    hint: 'It is the second line of minisign.pub.',
  });
}

/** @throws Refusal `WP-SIGNATURE-MALFORMED` */
export function readMinisignSignature(bytes: Uint8Array): MinisignSignature {
  const lines = Buffer.from(bytes).toString('utf8').split(/\r?\n/u);
  const [untrusted = '', first = '', trusted = '', second = '', end = '', ...more] = lines;
  const head = exactBase64(first, 74);
  const global = exactBase64(second, 64);
  const scheme = head?.toString('latin1', 0, 2);
  const isWhole = untrusted.startsWith(UNTRUSTED) && trusted.startsWith(TRUSTED);
  const isAll = end === '' && more.length === 0;
  if (
    head === null ||
    global === null ||
    !isWhole ||
    !isAll ||
    (scheme !== 'ED' && scheme !== 'Ed')
  )
    throw new Refusal('WP-SIGNATURE-MALFORMED', { message: 'no minisign signature' });
  const comment = trusted.slice(TRUSTED.length);
  return { id: idOf(head), scheme, signature: head.subarray(10), comment, global };
}

/** Whether this key made it over these bytes, and over its trusted comment. */
export function checkMinisign(
  message: Uint8Array,
  { id, scheme, signature, comment, global }: MinisignSignature,
  key: MinisignKey,
): SignatureOutcome {
  const outcome = signatureOutcome(`minisign key ${key.text}`);
  if (id !== key.id) return outcome.bad('WP-SIGNER-UNKNOWN', `it names the key ${id}`);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.raw.toString('base64url') };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = scheme === 'Ed' ? message : createHash('blake2b512').update(message).digest();
  const sealed = Buffer.concat([signature, Buffer.from(comment)]);
  const holds =
    verify(null, signed, publicKey, signature) && verify(null, sealed, publicKey, global);
  return holds ? outcome.good() : outcome.wrong();
}

/** Little-endian, shown as a number. */
function idOf(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(2, 10).toReversed()).toString('hex').toUpperCase();
}

function exactBase64(text: string, size: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === size && bytes.toString('base64') === text ? bytes : null;
}
