// SPDX-License-Identifier: Apache-2.0
import { verify, type KeyObject } from 'node:crypto';

/** What a key signs with: for elliptic curves the hash of the curve's strength, SHA-256 for RSA. */
export function hashOf(key: KeyObject): string | null {
  if (key.asymmetricKeyType === 'ed25519') return null;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'secp384r1') return 'sha384';
  return curve === 'secp521r1' ? 'sha512' : 'sha256';
}

/** Whether this key signed these bytes; keys of a kind that does not sign have signed nothing. */
export function hasSigned(
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
  hash: string | null = hashOf(key),
): boolean {
  try {
    return verify(hash, data, key, signature);
  } catch {
    return false; // what OpenSSL cannot even read is no signature
  }
}
