// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { SLSA } from '../world/sigstore/statement.ts';
import { refused, type Attack } from './attack.ts';
import { attested, honestly, lyingly } from './attested.ts';
import { enrolled, listBy } from './enrolled.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const DEMAND = 'require = "publisher or approval"\n';
const NOBODY = refused('E-MISSING', 'WP-NO-VOUCHER', { says: () => [EVIL.filename] });

export const H16: Attack = {
  id: 'H16',
  title: 'signed, but not what it has to be',
  forms: [
    lyingly(
      'a predicate that nobody knows',
      { says: { predicateType: 'https://evil.test/verified/v1', predicate: { safe: true } } },
      NOBODY,
      { policy: DEMAND, defence: 'requirement', lasting: true },
    ),
    attested(
      'a publisher of a kind that nobody knows',
      ({ sigstore }) => provenance([sigstore.attest(EVIL)], { kind: 'Forge' }),
      NOBODY,
      { policy: DEMAND, defence: 'requirement', lasting: true },
    ),
    lyingly(
      'SLSA provenance, where the policy asks for the publish attestation',
      { says: { predicateType: SLSA, predicate: { buildDefinition: { buildType: 'x' } } } },
      refused('E-MISSING', 'WP-PUBLISHER-MISSING', {
        says: () => ['expected publish, found slsa'],
      }),
      {
        policy: enrolled('attestation = "publish"\n'),
        defence: 'publisher rules',
        stop: (stage: Stage) => listBy(stage, GOOD),
      },
    ),
    // An attestation has no payload type of its own: another one is another signature.
    lyingly(
      'plain text',
      { payloadType: 'text/plain' },
      refused('E-BYTES', 'WP-ATTESTATION-SIGNATURE', { says: () => [EVIL.filename] }),
    ),
    lyingly(
      'another kind of statement',
      { says: { _type: 'https://in-toto.io/Statement/v0.1' } },
      refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', { says: () => ['Statement/v0.1'] }),
    ),
    lyingly(
      'a publish predicate that says more',
      { says: { predicate: { approved: true } } },
      refused('E-BYTES', 'WP-ATTESTATION-MALFORMED', { says: () => [EVIL.filename] }),
    ),
  ],
  twins: [
    honestly('SLSA provenance', {
      says: { predicateType: SLSA, predicate: { buildDefinition: { buildType: 'x' } } },
    }),
    honestly('an empty publish predicate', { says: { predicate: {} } }),
  ],
};
