// SPDX-License-Identifier: Apache-2.0
import type { GitHubWish } from '../world/sigstore/signers.ts';
import { BOTH_INSTALL, OWN_SIGSTORE, refused, type Attack, type Form } from './attack.ts';
import { enrolled, isConfirmed, listBy } from './enrolled.ts';
import { EVIL, GOOD } from './stage.ts';

const POLICY = enrolled('environment = "release"\n');

const outside = (name: string, by: GitHubWish, found: string): Form => ({
  name,
  ...OWN_SIGSTORE,
  mount: (stage) => listBy(stage, EVIL, by),
  policy: POLICY,
  expect: refused('E-IDENTITY', 'WP-PUBLISHER-NOT-ALLOWED', {
    says: () => [`environment: expected release, found ${found}`],
  }),
  plain: BOTH_INSTALL,
  defence: 'publisher rules',
  stop: (stage) => listBy(stage, GOOD),
});

export const H10: Attack = {
  id: 'H10',
  title: 'the publisher is named with an environment, and the certificate shows none',
  forms: [
    outside('no environment', { environment: null }, 'nothing'),
    outside('an empty one', { environment: '' }, 'nothing'),
    outside('another one', { environment: 'staging' }, 'staging'),
  ],
  twins: [
    {
      name: 'the environment, in another case',
      ...OWN_SIGSTORE,
      mount: (stage) => listBy(stage, GOOD, { environment: 'Release' }),
      policy: POLICY,
      witness: isConfirmed,
    },
    {
      name: 'none, and none is asked for',
      ...OWN_SIGSTORE,
      mount: (stage) => listBy(stage, GOOD, { environment: null }),
      policy: enrolled(),
      witness: isConfirmed,
    },
  ],
};
