// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  circleCi,
  claiming,
  gitHub,
  gitLab,
  google,
  person,
  type Signer,
} from '../../test/world/sigstore/signers.ts';
import {
  openSigstore,
  type AttestationJson,
  type AttestWish,
} from '../../test/world/sigstore/sigstore.ts';
import { openCertificateLog } from '../../test/world/sigstore/certificate-log.ts';
import { openRekor } from '../../test/world/sigstore/rekor.ts';
import { SLSA } from '../../test/world/sigstore/statement.ts';
import { openTimestampAuthority } from '../../test/world/sigstore/timestamp-authority.ts';
import { readAttestation } from './bundle.ts';
import { openReferee } from './referee.test-support.ts';
import { verifySigstore } from './sigstore.ts';
import { readTrustedRoot } from './trusted-root.ts';

/* The Sigstore of test/world makes what real tools make: @sigstore/verify is asked as well. */

const SUBJECT = { filename: 'good-1.0-py3-none-any.whl', sha256: 'ab'.repeat(32) };
const AT = new Date('2026-03-04T05:06:07Z');
const sigstore = openSigstore();
const ownRoot = sigstore.trustedRoot();

function verify(json: unknown, root = ownRoot) {
  return verifySigstore(readAttestation(json), readTrustedRoot(Buffer.from(root)), null);
}

function referee(json: AttestationJson, root = ownRoot) {
  return openReferee(root)({ signed: null }, json);
}

describe('an honest private Sigstore', () => {
  const signers: readonly [string, Signer][] = [
    ['GitHub', gitHub()],
    ['GitLab', gitLab()],
    ['Google', google()],
    ['CircleCI', circleCi()],
    ['a person', person('someone@good.test')],
  ];
  const logs: readonly [string, AttestWish][] = [
    ['Rekor v1 dsse', { rekor: 1 }],
    ['Rekor v1 hashedrekord', { rekor: 1, logLies: { kind: 'hashedrekord' } }],
    ['Rekor v2 dsse', { rekor: 2 }],
    ['Rekor v2 hashedrekord', { rekor: 2, logLies: { kind: 'hashedrekord' } }],
  ];
  test.each(
    signers.flatMap(([who, signer]) => logs.map(([log, wish]) => ({ who, signer, log, wish }))),
  )('$who by $log is believed, by the referee too', ({ signer, wish }) => {
    const json = sigstore.attest(SUBJECT, { ...wish, signer, at: AT });
    const { identity, times } = verify(json);
    expect(identity?.name).toBe(signer.name.text);
    expect(identity?.issuer).toBe(signer.claims[8]);
    expect(identity?.fields.sourceUri).toBe(signer.claims[12] ?? undefined);
    expect(times.map(({ at }) => at)).toEqual([AT.getTime()]);
    expect(referee(json)).toMatchObject({ accepted: true, san: signer.name.text });
  });
});

test('every field and every statement can be said otherwise', () => {
  const signer = claiming(gitHub(), { 15: null, 17: '99' });
  const says = { predicateType: SLSA, predicate: { buildDefinition: {} } };
  const { identity, content } = verify(sigstore.attest(SUBJECT, { signer, says }));
  expect(identity?.fields).toMatchObject({ sourceOwnerId: '99', environment: 'release' });
  expect(identity?.fields).not.toHaveProperty('sourceId');
  expect('payload' in content && content.payload.toString('utf8')).toContain(SLSA);
});

test('a certificate that is not for signing code is refused; the referee does not ask', () => {
  const json = sigstore.attest(SUBJECT, { at: AT, purpose: '1.3.6.1.5.5.7.3.1' });
  expect(() => verify(json)).toThrow(
    expect.objectContaining({ code: 'WP-ATTESTATION-CERTIFICATE' }),
  );
  expect(referee(json)).toMatchObject({ accepted: true });
});

describe('of what a lying one makes', () => {
  const later = (minutes: number): Date => new Date(AT.getTime() + minutes * 60_000);
  const [tsa = openTimestampAuthority()] = sigstore.timestamps;
  test.each<[string, AttestWish, string]>([
    ['a certificate that was promised by nobody', { certificateLog: null }, 'CERTIFICATE'],
    [
      'a certificate that a stranger promised',
      { certificateLog: openCertificateLog() },
      'CERTIFICATE',
    ],
    [
      'a certificate of another instance',
      { authority: openSigstore({ name: 'other.test' }).authority },
      'AUTHORITY',
    ],
    ['a certificate of a namesake', { authority: openSigstore().authority }, 'AUTHORITY'],
    ['another key’s signature', { otherKey: true }, 'SIGNATURE'],
    ['another payload type', { payloadType: 'text/plain' }, 'SIGNATURE'],
    ['an entry of a stranger’s log', { log: openRekor(1, 'other.test') }, 'LOG'],
    ['an entry of a namesake’s log', { log: openRekor(1) }, 'LOG'],
    ['a time without a promise', { logLies: { promises: false } }, 'TIME'],
    ['a log that took it too late', { logLies: { at: later(60) } }, 'TIME'],
    ['a log that took it too early', { logLies: { at: later(-60) } }, 'TIME'],
    ['a timestamp too late', { rekor: 2, stamps: [{ by: tsa, at: later(60) }] }, 'TIME'],
    ['no timestamp', { rekor: 2, stamps: [] }, 'TIME'],
    [
      'a stranger’s timestamp',
      { rekor: 2, stamps: [{ by: openTimestampAuthority('other.test'), at: AT }] },
      'TIME',
    ],
    [
      'one of two timestamps backdated',
      {
        rekor: 2,
        stamps: [
          { by: tsa, at: AT },
          { by: tsa, at: later(-999) },
        ],
      },
      'TIME',
    ],
  ])('%s is refused', (_, wish, code) => {
    const json = sigstore.attest(SUBJECT, { at: AT, ...wish });
    expect(() => verify(json)).toThrow(expect.objectContaining({ code: `WP-ATTESTATION-${code}` }));
    expect(referee(json)).toMatchObject({ accepted: false });
  });
});
