// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { gitHub, gitLab, google } from '../world/sigstore/signers.ts';
import {
  BOTH_INSTALL,
  OWN_SIGSTORE,
  refused,
  type Attack,
  type Form,
  type Twin,
} from './attack.ts';
import { MALLORY, namesPublisher } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';

const lies = (
  name: string,
  publisher: Readonly<Record<string, unknown>>,
  says: readonly string[],
): Form => ({
  name,
  ...OWN_SIGSTORE,
  mount: (stage) =>
    stage.listAttested(
      EVIL,
      provenance([stage.sigstore.attest(EVIL, { signer: MALLORY })], publisher),
    ),
  expect: refused('E-IDENTITY', 'WP-ATTESTATION-PUBLISHER', { says: () => says }),
  plain: BOTH_INSTALL,
  defence: 'attestation',
});

const honestly = (name: string, form: 'json' | 'html'): Twin => ({
  name,
  ...OWN_SIGSTORE,
  mount: (stage) => {
    stage.listAttested(GOOD);
    stage.world.project('good').forms = [form];
  },
  witness: namesPublisher('GitHub good-people/good, workflow release.yml, tag v1.0'),
});

export const H11: Attack = {
  id: 'H11',
  title: 'the publisher object lies about who signed',
  forms: [
    lies('the repository of the good people', gitHub().publisher, [
      'good-people/good',
      'mallory/good',
    ]),
    lies('another workflow', { ...MALLORY.publisher, workflow: 'publish.yml' }, [
      'publish.yml',
      'release.yml',
    ]),
    lies('another forge', gitLab().publisher, ['https://gitlab.com']),
    lies('a person', google().publisher, ['https://accounts.google.com']),
  ],
  twins: [
    honestly('publisher and certificate agree, on a JSON page', 'json'),
    honestly('publisher and certificate agree, on an HTML page', 'html'),
    {
      name: 'the index claims more than a certificate can tell',
      ...OWN_SIGSTORE,
      mount: (stage) =>
        stage.listAttested(
          GOOD,
          provenance([stage.sigstore.attest(GOOD)], {
            ...gitHub().publisher,
            environment: '',
            claims: { ref: 'refs/heads/other' },
            new_field: [1],
          }),
        ),
      witness: namesPublisher('GitHub good-people/good'),
    },
  ],
};
