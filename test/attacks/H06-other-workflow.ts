// SPDX-License-Identifier: Apache-2.0
import type { GitHubWish } from '../world/sigstore/signers.ts';
import { BOTH_INSTALL, OWN_SIGSTORE, refused, type Attack, type Form } from './attack.ts';
import { AN_ATTESTED_INSTALL, enrolled, EVIL_NEXT, isConfirmed, listBy, NEXT } from './enrolled.ts';
import { EVIL, GOOD } from './stage.ts';

const TAGGED = enrolled('tag = "v{version}"\n');

const elsewhere = (
  name: string,
  by: GitHubWish,
  says: readonly string[],
  policy = TAGGED,
): Form => ({
  name,
  ...OWN_SIGSTORE,
  mount: (stage) => listBy(stage, EVIL, by),
  policy,
  expect: refused('E-IDENTITY', 'WP-PUBLISHER-NOT-ALLOWED', { says: () => says }),
  plain: BOTH_INSTALL,
  defence: 'publisher rules',
  stop: (stage) => listBy(stage, GOOD),
});

export const H06: Attack = {
  id: 'H06',
  title: 'the right repository, but another workflow, branch or tag',
  forms: [
    elsewhere(
      'another workflow file',
      { workflow: 'evil.yml' },
      ['release.yml', 'evil.yml'],
      enrolled(),
    ),
    elsewhere(
      'a branch, by a pull request from outside',
      { ref: 'refs/heads/x', trigger: 'pull_request_target' },
      ['refs/tags/v1.0', 'refs/heads/x'],
    ),
    elsewhere('the tag of another version', { ref: 'refs/tags/v0.9' }, ['refs/tags/v0.9']),
    elsewhere('a branch that is called like the tag', { ref: 'refs/heads/v1.0' }, [
      'refs/heads/v1.0',
    ]),
    elsewhere(
      "a machine of somebody's own",
      { runner: 'self-hosted' },
      ['github-hosted', 'self-hosted'],
      enrolled('runner = "github-hosted"\n'),
    ),
    {
      name: 'another workflow than remembered',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => listBy(stage, EVIL_NEXT, { workflow: 'evil.yml' }),
      expect: refused('E-IDENTITY', 'WP-PUBLISHER-CHANGED', {
        says: () => ['release.yml', 'evil.yml', 'another workflow'],
      }),
      plain: BOTH_INSTALL,
      defence: 'publisher memory',
    },
  ],
  twins: [
    {
      name: 'the tag of the version, in another spelling',
      ...OWN_SIGSTORE,
      mount: (stage) => listBy(stage, GOOD, { ref: 'refs/tags/v1.0.0' }),
      policy: TAGGED,
      witness: isConfirmed,
    },
    {
      name: 'another tag than last time, remembered',
      ...OWN_SIGSTORE,
      after: AN_ATTESTED_INSTALL,
      mount: (stage) => listBy(stage, NEXT, { ref: 'refs/heads/main', environment: null }),
      witness: isConfirmed,
    },
  ],
};
