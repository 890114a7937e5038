// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { gitHub, type GitHubWish } from '../world/sigstore/signers.ts';
import { makeWheel, type BuiltFile } from '../world/wheel.ts';
import {
  BOTH_INSTALL,
  OWN_SIGSTORE,
  refused,
  type Attack,
  type Form,
  type Twin,
} from './attack.ts';
import {
  acceptingWhatIsShown,
  AN_ATTESTED_INSTALL,
  enrolled,
  EVIL_NEXT,
  isConfirmed,
  listBy,
  MALLORY,
  NEXT,
} from './enrolled.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';
import { runGuarded } from './door.ts';

const changed = (name: string, by: GitHubWish, says: readonly string[]): Form => ({
  name,
  ...OWN_SIGSTORE,
  after: AN_ATTESTED_INSTALL,
  mount: (stage) => listBy(stage, EVIL_NEXT, by),
  expect: refused('E-IDENTITY', 'WP-PUBLISHER-CHANGED', {
    says: () => ['good-people/good', 'trust accept good==1.1', ...says],
  }),
  plain: BOTH_INSTALL,
  defence: 'publisher memory',
});

const accepted = (name: string, by: GitHubWish): Twin => ({
  name,
  ...OWN_SIGSTORE,
  after: AN_ATTESTED_INSTALL,
  mount: (stage) => listBy(stage, NEXT, by),
  run: acceptingWhatIsShown,
  witness: isConfirmed,
});

const EVIL_AFTER = makeWheel({ name: 'good', version: '1.2', word: 'EVIL' });

/** The index adds an attestation of its own friend's to a good file (PEP 740 lets it). */
function listByBoth(stage: Stage, file: BuiltFile): void {
  const signers = [gitHub({ ref: 'refs/tags/v1.1' }), gitHub(MALLORY)];
  const said = provenance([]);
  said.attestation_bundles = signers.map((signer) => ({
    publisher: { ...signer.publisher },
    attestations: [stage.sigstore.attest(file, { signer })],
  }));
  stage.listAttested(file, said);
}

const TRANSFERRED: GitHubWish = { repository: 'new-people/good', ownerId: '3003' };

export const H04: Attack = {
  id: 'H04',
  title: 'a project is released by somebody else',
  forms: [
    changed('another owner and repository', MALLORY, ['mallory/good', '7777']),
    changed(
      'the same name, made anew by somebody else',
      { repositoryId: '6666', ownerId: '7777' },
      ['another repository under the same name', '6666'],
    ),
    changed('a transferred repository, before anybody asked', TRANSFERRED, [
      'new-people/good',
      'another owner now',
    ]),
    {
      name: 'of an enrolled project, at first sight',
      ...OWN_SIGSTORE,
      mount: (stage) => listBy(stage, EVIL, { ...MALLORY, ref: 'refs/tags/v1.0' }),
      policy: enrolled(),
      expect: refused('E-IDENTITY', 'WP-PUBLISHER-NOT-ALLOWED', {
        says: () => ['expected good-people/good', 'found mallory/good'],
      }),
      plain: BOTH_INSTALL,
      defence: 'publisher rules',
      stop: (stage) => listBy(stage, GOOD),
    },
    {
      name: 'he attests a good file too, and then his own alone',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: () => undefined,
      run: async (stage, knock) => {
        listByBoth(stage, NEXT);
        await runGuarded(knock);
        await stage.environment.renewTarget();
        listBy(stage, EVIL_AFTER, { ...MALLORY, ref: 'refs/tags/v1.2' });
        return await runGuarded(knock);
      },
      expect: refused('E-IDENTITY', 'WP-PUBLISHER-CHANGED', { says: () => ['mallory/good'] }),
      plain: null,
      defence: { because: 'the same as above: only what was learnt before is another' },
    },
  ],
  twins: [
    accepted('a transferred repository, accepted', TRANSFERRED),
    accepted('another workflow of the same repository, accepted', { workflow: 'publish.yml' }),
    {
      name: 'a renamed repository of the same owner',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => listBy(stage, NEXT, { repository: 'good-people/better' }),
      witness: isConfirmed,
    },
    {
      name: 'the same publisher again counts, under strict',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => listBy(stage, NEXT),
      own: ['--strict'],
      policy: 'require = "publisher"\n',
      witness: isConfirmed,
    },
    {
      name: 'of an enrolled project, by its own people, under strict and at first sight',
      ...OWN_SIGSTORE,
      mount: (stage) => listBy(stage, GOOD),
      own: ['--strict'],
      policy: enrolled('repository-id = "1001"\nowner-id = "2002"\ntag = "v{version}"\n'),
      witness: isConfirmed,
    },
  ],
};
