// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  isThere,
  realAttestations,
  realBundles,
  realRoot,
  rootText,
} from './real-evidence.test-support.ts';
import { openReferee } from './referee.test-support.ts';
import { verifySigstore } from './sigstore.ts';

test.runIf(process.env['CI'] !== undefined)('the real evidence is there', () => {
  expect(isThere).toBe(true);
});

const real = [...realAttestations(), ...realBundles()];

describe.runIf(isThere)('real evidence', () => {
  test.each(real.filter(({ accepted }) => accepted))(
    '$file holds offline, by $san',
    ({ json, read, signed, instance, san, issuer, logIndex }) => {
      const proof = verifySigstore(read(json), realRoot(instance), signed);
      expect(proof.identity).toMatchObject({ name: san, issuer });
      expect(proof.entries).toMatchObject([{ index: logIndex }]);
      expect(proof.times).not.toHaveLength(0);
    },
  );

  test.each(real.filter(({ instance, accepted }) => instance === 'staging' && accepted))(
    '$file is signed by staging, which nobody trusts by default',
    ({ json, read, signed }) => {
      expect(() => verifySigstore(read(json), realRoot('public-good'), signed)).toThrow(
        expect.objectContaining({ code: 'WP-ATTESTATION-AUTHORITY' }),
      );
    },
  );

  test.each(real.filter(({ accepted }) => !accepted))(
    '$file is in no log that can be checked',
    ({ json, read, signed, instance }) => {
      expect(() => verifySigstore(read(json), realRoot(instance), signed)).toThrow(
        expect.objectContaining({ code: 'WP-ATTESTATION-LOG' }),
      );
    },
  );

  test.each(real.filter(({ accepted, signed }) => accepted && signed?.bytes))(
    '$file is over its file and no other',
    ({ json, read, signed, instance }) => {
      const bytes = Buffer.from(signed?.bytes ?? '');
      bytes[7] = (bytes[7] ?? 0) ^ 1;
      const sha256 = signed?.sha256 ?? Buffer.alloc(32);
      expect(() => verifySigstore(read(json), realRoot(instance), { sha256, bytes })).toThrow(
        expect.objectContaining({ code: 'WP-ATTESTATION-SIGNATURE' }),
      );
      expect(() =>
        verifySigstore(read(json), realRoot(instance), { sha256: Buffer.alloc(32), bytes }),
      ).toThrow(expect.objectContaining({ code: 'WP-ATTESTATION-DIGEST' }));
    },
  );

  test.each(real)('$file: @sigstore/verify agrees', (evidence) => {
    const referee = openReferee(rootText(evidence.instance));
    expect(referee(evidence, evidence.json)).toMatchObject({
      accepted: evidence.accepted,
      ...(evidence.accepted ? { san: evidence.san, issuer: evidence.issuer } : {}),
    });
  });
});
