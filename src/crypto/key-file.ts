// SPDX-License-Identifier: Apache-2.0
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  scrypt,
  sign,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { canonicalJson } from '../core/canonical-json.ts';
import { Refusal } from '../core/errors.ts';
import type { Signer } from '../core/tuf-repository.ts';
import { JsonFields } from './key-file-fields.ts';

/*
 * An Ed25519 key at rest: its 32-byte seed under AES-256-GCM, the key of which scrypt (RFC 7914)
 * makes from a passphrase. What is written beside it is authenticated with it.
 */

const FORMAT = 'wheelproof-key/1';
/** 128 MiB and about a third of a second for each guess (RFC 7914, section 2). */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const MAX_MEMORY = 2 * 128 * COST.N * COST.r;
/** DER of a PKCS #8 Ed25519 private key (RFC 8410, section 7) up to the seed. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

/** A new key, encrypted. */
export async function makeKeyFile(passphrase: string): Promise<Uint8Array> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
  const salt = randomBytes(32);
  const nonce = randomBytes(12);
  const head = headOf(publicHex(privateKey), salt, nonce);
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce);
  cipher.setAAD(Buffer.from(canonicalJson(head)));
  const sealed = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  const file = { ...head, sealed: sealed.toString('base64') };
  return Buffer.from(`${JSON.stringify(file, null, 2)}\n`);
}

/**
 * @param what the file, for messages.
 * @throws Refusal `WP-TUF-KEY` for another passphrase, or a file of another form.
 */
export async function openKeyFile(
  bytes: Uint8Array,
  passphrase: string,
  what: string,
): Promise<Signer> {
  const fields = new JsonFields(bytes, what);
  const salt = fields.base64('salt', 32);
  const nonce = fields.base64('nonce', 12);
  const sealed = fields.base64('sealed', 48);
  const publicKey = publicKeyOf(bytes, what);
  const head = headOf(publicKey, salt, nonce);
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce);
  decipher.setAAD(Buffer.from(canonicalJson(head)));
  decipher.setAuthTag(sealed.subarray(32));
  const seed = openSeed(() => [decipher.update(sealed.subarray(0, 32)), decipher.final()], what);
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { publicKey, sign: (message) => Promise.resolve(sign(null, message, secret)) };
}

/** Which key the file holds; no passphrase is needed. @throws Refusal `WP-TUF-KEY` */
export function publicKeyOf(bytes: Uint8Array, what: string): string {
  const fields = new JsonFields(bytes, what);
  const isKnown = fields.text('format') === FORMAT && fields.number('N') === COST.N;
  if (isKnown && fields.number('r') === COST.r && fields.number('p') === COST.p)
    return fields.hex('public', 32);
  throw new Refusal('WP-TUF-KEY', { message: `${what}: expected a key file of ${FORMAT}` });
}

function headOf(publicKey: string, salt: Uint8Array, nonce: Uint8Array) {
  return {
    format: FORMAT,
    keytype: 'ed25519',
    public: publicKey,
    kdf: 'scrypt',
    ...COST,
    salt: Buffer.from(salt).toString('base64'),
    cipher: 'aes-256-gcm',
    nonce: Buffer.from(nonce).toString('base64'),
  };
}

async function keyOf(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return await derive(passphrase.normalize('NFKC'), salt, 32, { ...COST, maxmem: MAX_MEMORY });
}

function openSeed(open: () => readonly Uint8Array[], what: string): Buffer {
  try {
    return Buffer.concat(open());
  } catch (error) {
    throw new Refusal('WP-TUF-KEY', {
      message: `${what}: the passphrase does not open it, or the file was changed`,
      cause: error,
    });
  }
}

function publicHex(secret: KeyObject): string {
  const { x } = createPublicKey(secret).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url').toString('hex');
}
