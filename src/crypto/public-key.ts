// SPDX-License-Identifier: Apache-2.0
import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';

/** A key that can check signatures of one scheme. */
export interface PublicKey {
  /** The same for every spelling of the same key. */
  readonly identity: string;
  /** Never throws: whatever is no signature of this key over `message` is `false`. */
  verifies(message: Uint8Array, signature: Uint8Array): boolean;
}

/** A key as TUF metadata states it (TUF specification, section 4.2). */
export interface StatedKey {
  readonly keytype: string;
  readonly scheme: string;
  /** PEM, or hexadecimal for raw Ed25519 and uncompressed P-256 points. */
  readonly public: string;
}

/** RSA keys below this are factored by who has the means (NIST SP 800-131A). */
const LEAST_RSA_BITS = 2048;

type Check = (key: KeyObject, message: Uint8Array, signature: Uint8Array) => boolean;

interface Scheme {
  readonly keytypes: readonly string[];
  readonly read: (text: string) => KeyObject;
  readonly suits: (key: KeyObject) => boolean;
  readonly check: Check;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  ed25519: {
    keytypes: ['ed25519'],
    read: readEd25519,
    suits: (key) => key.asymmetricKeyType === 'ed25519',
    check: (key, message, signature) => verify(null, message, key, signature),
  },
  'ecdsa-sha2-nistp256': {
    keytypes: ['ecdsa', 'ecdsa-sha2-nistp256'],
    read: readP256,
    suits: (key) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
    check: (key, message, signature) => verify('sha256', message, key, signature),
  },
  'rsassa-pss-sha256': {
    keytypes: ['rsa'],
    read: (text) => createPublicKey(text),
    suits: (key) =>
      key.asymmetricKeyType === 'rsa' &&
      (key.asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS,
    check: (key, message, signature) =>
      verify(
        'sha256',
        message,
        {
          key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_AUTO,
        },
        signature,
      ),
  },
};

/**
 * The key that is stated; `null` where its type, scheme or form is not known here, or where they
 * do not belong together: such a key counts for nothing, and the others still count.
 */
export function readPublicKey({ keytype, scheme, public: text }: StatedKey): PublicKey | null {
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (known === undefined || !known.keytypes.includes(keytype)) return null;
  try {
    const key = known.read(text);
    if (key.type !== 'public' || !known.suits(key)) return null;
    return {
      identity: identityOf(key),
      verifies: (message, signature) => checkQuietly(known.check, key, message, signature),
    };
  } catch {
    return null; // OpenSSL found no key in it
  }
}

/**
 * A point of a curve has several encodings (SEC 1, section 2.3.3), and OpenSSL writes the one that it
 * read: as a JWK (RFC 7518, section 6.2) it has one. Otherwise DER of the SubjectPublicKeyInfo.
 */
function identityOf(key: KeyObject): string {
  if (key.asymmetricKeyType !== 'ec')
    return key.export({ format: 'der', type: 'spki' }).toString('base64');
  const { crv, x, y } = key.export({ format: 'jwk' });
  return `${crv} ${x} ${y}`;
}

function checkQuietly(
  check: Check,
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return check(key, message, signature);
  } catch {
    return false; // not even the form of a signature
  }
}

/** RFC 8032 public keys are 32 bytes; JWK takes them as they are (RFC 8037). */
function readEd25519(text: string): KeyObject {
  if (!/^[0-9a-f]{64}$/iu.test(text)) return createPublicKey(text);
  const x = Buffer.from(text, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** SEC 1, section 2.3.3: 04, then both coordinates. */
function readP256(text: string): KeyObject {
  if (!/^04[0-9a-f]{128}$/iu.test(text)) return createPublicKey(text);
  const point = Buffer.from(text, 'hex');
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}
