// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { claiming, gitHub, type Signer } from '../world/sigstore/signers.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { attested, honestly } from './attested.ts';
import { EVIL } from './stage.ts';

const BASE = 'https://github.com/good-people/good/.github/workflows/';
const IDENTITY = refused('E-IDENTITY', 'WP-ATTESTATION-PUBLISHER', {
  says: () => [EVIL.filename],
});

/** The index says that the good people's release.yml has signed. */
const as = (name: string, signer: Signer): Form =>
  attested(
    name,
    ({ sigstore }) => provenance([sigstore.attest(EVIL, { signer })], gitHub().publisher),
    IDENTITY,
  );

export const H07: Attack = {
  id: 'H07',
  title: 'an identity that is almost the one',
  forms: [
    as('a longer workflow', gitHub({ workflow: 'release.yml.evil' })),
    as('a workflow with an @', gitHub({ workflow: 'release.yml@x' })),
    as('any letter for the dot', gitHub({ workflow: 'releaseXyml' })),
    as('other case', gitHub({ repository: 'Good-People/good' })),
    as('a slash behind', claiming(gitHub(), { 12: 'https://github.com/good-people/good/' })),
    as('a longer owner', gitHub({ repository: 'good-people-evil/good' })),
    as(
      'a workflow at another ref than the source',
      claiming(gitHub(), { 18: `${BASE}release.yml@refs/heads/evil` }),
    ),
    as(
      'a workflow of another repository',
      claiming(gitHub(), {
        18: `${BASE.replace('good-people', 'mallory')}release.yml@refs/tags/v1.0`,
      }),
    ),
    as('a folder below the workflows', gitHub({ workflow: '../../release.yml' })),
  ],
  twins: [
    honestly('a workflow that others call did the work', {
      signer: gitHub({
        builder: 'https://github.com/pipelines/shared/.github/workflows/build.yml@refs/heads/main',
      }),
    }),
    honestly(
      'odd but legal names',
      {
        signer: gitHub({
          repository: 'good-people/good.py_2',
          workflow: 'release@v1.yml',
          ref: 'refs/tags/release/1.0@final',
        }),
      },
      { words: 'GitHub good-people/good.py_2, workflow release@v1.yml, tag release/1.0@final' },
    ),
  ],
};
