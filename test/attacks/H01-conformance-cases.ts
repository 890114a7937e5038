// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { openCertificateLog } from '../world/sigstore/certificate-log.ts';
import { openRekor, type LogEntryJson } from '../world/sigstore/rekor.ts';
import { openSigstore } from '../world/sigstore/sigstore.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { attested, bent, honestly, lyingly } from './attested.ts';
import { EVIL, type Stage } from './stage.ts';
import type { Code } from '../../src/core/codes.ts';

/*
 * The kinds of fault that the upstream conformance suite has, on files that are installed; the suite
 * itself runs by `npm run conformance -- --suite CHECKOUT`.
 */

const bytes = (code: Code) => refused('E-BYTES', code, { says: () => [EVIL.filename] });
const CERTIFICATE = bytes('WP-ATTESTATION-CERTIFICATE');
const LOG = bytes('WP-ATTESTATION-LOG');
const STRANGE = refused('E-IDENTITY', 'WP-ATTESTATION-AUTHORITY', {
  says: () => [EVIL.filename],
});

interface Proof {
  hashes: string[];
  rootHash: string;
  checkpoint: { envelope: string };
}

const proved = (name: string, bend: (proof: Proof) => unknown, code = LOG): Form =>
  bent(
    name,
    ({ verification_material: { transparency_entries: entries } }) => {
      for (const entry of entries) bend(proofOf(entry));
    },
    code,
  );

function proofOf(entry: LogEntryJson): Proof {
  // oxlint-disable-next-line no-unsafe-type-assertion -- of our own making
  return entry['inclusionProof'] as Proof;
}

const ZERO = Buffer.alloc(32).toString('base64');

/** Logs whose keys were never said to be valid. */
function rootWithoutStarts({ sigstore }: Stage): string {
  return sigstore
    .trustedRoot()
    .replaceAll(/"validFor":\{"start":"[^"]*"\}\},"logId"/gu, '"validFor":{}},"logId"');
}

export const H01: Attack = {
  id: 'H01',
  title: 'what the conformance cases name',
  forms: [
    lyingly('no promise of a certificate log', { certificateLog: null }, CERTIFICATE),
    lyingly('a stranger’s promise', { certificateLog: openCertificateLog() }, CERTIFICATE),
    lyingly('a certificate for servers', { purpose: '1.3.6.1.5.5.7.3.1' }, CERTIFICATE),
    lyingly(
      'a certificate of another instance',
      { authority: openSigstore({ name: 'staging.test' }).authority },
      STRANGE,
    ),
    attested(
      'an instance that nobody imported',
      ({ sigstore }) => provenance([sigstore.attest(EVIL)]),
      STRANGE,
      { trusts: () => openSigstore({ name: 'other.test' }).trustedRoot() },
    ),
    lyingly('another key’s signature', { otherKey: true }, bytes('WP-ATTESTATION-SIGNATURE')),
    lyingly('a log that is not the one it says', { log: openRekor(1) }, LOG),
    attested(
      'a log key that was never said to be valid',
      ({ sigstore }) => provenance([sigstore.attest(EVIL)]),
      refused('E-BYTES', ['WP-ATTESTATION-LOG', 'WP-ATTESTATION-TIME'], {
        says: () => [EVIL.filename],
      }),
      { trusts: rootWithoutStarts },
    ),
    proved('a corrupted inclusion proof', ({ hashes }) => hashes.splice(0, 1, ZERO)),
    proved('another root hash', (proof) => (proof.rootHash = ZERO)),
    proved('a checkpoint of another tree', ({ checkpoint }) => {
      checkpoint.envelope = checkpoint.envelope.replace(/ - \d/u, ' - 7');
    }),
  ],
  twins: [honestly('as it has to be'), honestly('by the second Rekor', { rekor: 2 })],
};
