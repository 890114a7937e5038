// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { preAuthentication, sshKeyWords } from '../crypto/index.ts';
import {
  APPROVAL_TYPE,
  readSignedApproval,
  signApproval,
  type SignedWish,
} from './signed-approval.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const DAY = 86_400_000;

function approver() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x, 'base64url').toString('hex'),
    sign: async (message: Uint8Array) => sign(null, message, privateKey),
  };
}

const alice = approver();
const mallory = approver();
const wish: SignedWish = {
  sha256: 'a'.repeat(64),
  project: 'Good_Thing',
  reason: 'read the diff',
  owner: 'alice',
  expiresAt: NOW + 30 * DAY,
};
const line = (of: typeof alice, options = ''): string =>
  `alice@team.example ${options}${sshKeyWords(of.publicKey)}`;

const read = (bytes: Uint8Array | string, text = line(alice), now = NOW) => {
  try {
    return readSignedApproval(Buffer.from(bytes), { text, what: 'approvers' }, now);
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.code : String(thrown);
  }
};

describe('a signed approval', () => {
  test('comes over, with the key that signed it as its owner', async () => {
    const text = await signApproval(wish, alice, NOW);
    const read1 = read(text);
    expect(read1).toMatchObject({ ...wish, project: 'good-thing', owner: expect.any(String) });
    expect(read1).toHaveProperty(
      'owner',
      expect.stringMatching(/^alice@team\.example \(SSH key SHA256:/u),
    );
    expect(read(text, line(alice, 'namespaces="wheelproof-approval" '))).toMatchObject({
      sha256: wish.sha256,
    });
  });

  test('by a key that was revoked here counts for nothing, whoever lists it', async () => {
    const text = await signApproval(wish, alice, NOW);
    const fingerprint = /SHA256:\S+(?=")/u.exec(text)?.[0] ?? '';
    const given = (revoked: readonly string[]) =>
      readSignedApproval(Buffer.from(text), { text: line(alice), what: 'approvers', revoked }, NOW);
    expect(given([`SSH key ${fingerprint}x`])).toMatchObject({ sha256: wish.sha256 });
    expect(() => given([`SSH key ${fingerprint}`])).toThrow(
      expect.objectContaining({ code: 'WP-KEY-REVOKED' }),
    );
  });

  test.each([
    ['by a stranger', line(mallory), NOW, 'WP-SIGNER-UNKNOWN'],
    ['by a key for something else', line(alice, 'namespaces="file" '), NOW, 'WP-SIGNER-UNKNOWN'],
    ['by a key that ended', line(alice, 'valid-before="20260101Z" '), NOW, 'WP-SIGNER-UNKNOWN'],
    ['after its end', line(alice), NOW + 31 * DAY, 'WP-SIGNATURE-EXPIRED'],
  ])('does not: %s', async (_name, allowed, now, code) => {
    expect(read(await signApproval(wish, alice, NOW), allowed, now)).toBe(code);
  });

  test('is taken for no other payload type, and for no other bytes', async () => {
    const text = await signApproval(wish, alice, NOW);
    expect(read(text.replace('approval+json', 'other+json'))).toBe('WP-SIGNATURE-MALFORMED');
    const other = await signApproval({ ...wish, sha256: 'b'.repeat(64) }, alice, NOW);
    const payload = /"payload": "([^"]+)"/u;
    const mixed = text.replace(payload, payload.exec(other)?.[0] ?? '');
    expect(read(mixed)).toBe('WP-SIGNATURE-BAD');
  });

  test('whose project is no name is not for every project', async () => {
    const { payload = '', ...rest } = JSON.parse(await signApproval(wish, alice, NOW));
    const statement = JSON.parse(Buffer.from(String(payload), 'base64').toString());
    const bytes = Buffer.from(JSON.stringify({ ...statement, project: ['good'] }));
    const sig = (await alice.sign(preAuthentication(APPROVAL_TYPE, bytes))).toString('base64');
    const changed = { ...rest, payload: bytes.toString('base64'), signatures: [{ sig }] };
    expect(read(JSON.stringify(changed))).toBe('WP-ATTESTATION-MALFORMED');
  });

  test('changed anywhere it says the same, or nothing', async () => {
    const text = await signApproval(wish, alice, NOW);
    const whole = read(text);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 127 }), (at, mask) => {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        const found = read(bytes);
        if (typeof found === 'string') expect(found).toMatch(/^WP-/u);
        else expect(found).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });
});
