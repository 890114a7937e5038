// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { gitHub } from '../world/sigstore/signers.ts';
import { BOTH_INSTALL, OWN_SIGSTORE, PASSED, refused, type Attack } from './attack.ts';
import { attested, honestly, namesPublisher } from './attested.ts';
import { EVIL } from './stage.ts';

/** Made by the same people, for an index where everybody tries things out. */
const FOR_THE_TEST_INDEX = gitHub({ environment: 'test-index' });

export const H15: Attack = {
  id: 'H15',
  title: 'an attestation made for another index is replayed',
  forms: [
    attested(
      'the certificate tells the environment',
      ({ sigstore }) =>
        provenance([sigstore.attest(EVIL, { signer: FOR_THE_TEST_INDEX })], gitHub().publisher),
      refused('E-IDENTITY', 'WP-ATTESTATION-PUBLISHER', {
        says: () => ['environment', 'test-index'],
      }),
    ),
    {
      name: 'and the index does: told, since nothing in an attestation names an index',
      ...OWN_SIGSTORE,
      mount: (stage) =>
        stage.listAttested(
          EVIL,
          provenance(
            [stage.sigstore.attest(EVIL, { signer: FOR_THE_TEST_INDEX })],
            FOR_THE_TEST_INDEX.publisher,
          ),
        ),
      expect: PASSED,
      plain: BOTH_INSTALL,
      defence: 'attestation',
      witness: namesPublisher('environment test-index'),
    },
  ],
  twins: [honestly('made for this index')],
};
