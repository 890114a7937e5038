// SPDX-License-Identifier: Apache-2.0
import { ECDH, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { readPublicKey } from '../crypto/public-key.ts';
import { verifyThreshold } from './keys.ts';

/** DER of a SubjectPublicKeyInfo of P-256 (RFC 5480) around any encoding of the point. */
function spkiOf(point: Buffer): string {
  const algorithm = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');
  const bits = Buffer.concat([Buffer.from([0x03, point.length + 1, 0]), point]);
  const body = Buffer.concat([algorithm, bits]);
  const der = Buffer.concat([Buffer.from([0x30, body.length]), body]);
  return `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
}

test('one key counts once, in whatever way its point is written (attack G03)', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
  const written = (form: 'compressed' | 'hybrid'): Buffer =>
    Buffer.from(ECDH.convertKey(point, 'prime256v1', undefined, 'hex', form).toString(), 'hex');
  const spellings = [
    point.toString('hex'),
    spkiOf(point),
    spkiOf(written('compressed')),
    spkiOf(written('hybrid')),
  ];
  const message = Buffer.from('signed once');
  const keys = new Map(
    spellings.map((spelling, place) => [
      `key ${place}`,
      readPublicKey({
        keytype: 'ecdsa',
        scheme: 'ecdsa-sha2-nistp256',
        public: spelling,
      }),
    ]),
  );
  for (const key of keys.values())
    expect(key?.verifies(message, sign('sha256', message, privateKey))).toBe(true);
  const signatures = [...keys.keys()].map((keyid) => ({
    keyid,
    bytes: sign('sha256', message, privateKey),
  }));
  const envelope = { what: 'root', signed: {}, message, signatures };
  const role = { keyids: new Set(keys.keys()), threshold: 1 };
  verifyThreshold(envelope, role, keys);
  expect(() => verifyThreshold(envelope, { ...role, threshold: 2 }, keys)).toThrow(
    expect.objectContaining({ code: 'WP-TUF-SIGNATURE' }),
  );
});
