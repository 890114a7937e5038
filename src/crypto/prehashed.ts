// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';

export type PrehashedVerifier = (key: KeyObject, sha256: Buffer, signature: Buffer) => boolean;

/**
 * ECDSA over P-256 where only the SHA-256 of the signed bytes is at hand: the one question that
 * OpenSSL answers and Node does not pass on. Loaded only when it is asked.
 */
export async function openPrehashedVerifier(): Promise<PrehashedVerifier> {
  const { p256 } = await import('@noble/curves/nist.js');
  return (key, sha256, signature) => {
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
    const { x, y } = key.export({ format: 'jwk' });
    if (x === undefined || y === undefined) return false;
    const point = Buffer.concat([
      Buffer.from([4]),
      Buffer.from(x, 'base64url'),
      Buffer.from(y, 'base64url'),
    ]);
    try {
      const options = { prehash: false, lowS: false, format: 'der' } as const;
      return p256.verify(signature, sha256, point, options);
    } catch {
      return false; // a signature that cannot be read is none
    }
  };
}
