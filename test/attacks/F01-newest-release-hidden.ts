// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, PASSED, refused, type Attack } from './attack.ts';
import { AFTER_BOTH, exception, listBoth, NEWER, STRICTLY, told } from './former-pages.ts';
import type { Stage } from './stage.ts';

const onlyTheOld = (stage: Stage): void => stage.honest();
const said = ['offered 2.0 on 2', 'the newest is now 1.0'];

export const F01: Attack = {
  id: 'F01',
  title: 'the newest release is hidden',
  forms: [
    {
      name: 'under --strict',
      ...STRICTLY,
      after: AFTER_BOTH,
      mount: onlyTheOld,
      expect: refused('E-FRESH', 'WP-NEWEST-FELL', { says: () => said }),
      plain: BOTH_INSTALL,
      defence: 'strictness',
      stop: listBoth,
    },
    {
      name: 'told by default',
      after: AFTER_BOTH,
      mount: onlyTheOld,
      expect: PASSED,
      plain: null,
      defence: 'memory',
      witness: told(...said, 'WP-NEWEST-FELL'),
    },
  ],
  twins: [
    {
      name: 'a new release, under --strict',
      ...STRICTLY,
      after: { ask: ['good'] },
      mount: listBoth,
      witness: told(),
    },
    {
      name: 'a release deleted by its author, with an exception',
      own: ['--strict'],
      policy: exception('first-use', 'newest-fell'),
      after: AFTER_BOTH,
      mount: onlyTheOld,
      witness: told('asked the project'),
    },
    {
      name: 'the version is asked for by number',
      ...STRICTLY,
      after: AFTER_BOTH,
      ask: () => ['good==1.0'],
      mount: onlyTheOld,
      witness: told(),
    },
    {
      name: 'a pre-release that is withdrawn',
      ...STRICTLY,
      after: {
        ask: ['good'],
        set: ({ world }) => void world.publish(makeWheel({ name: 'good', version: '3.0rc1' })),
      },
      mount: onlyTheOld,
      witness: told(),
    },
    {
      name: 'an older line goes on after a newer one',
      ...STRICTLY,
      after: { ask: ['good'], set: ({ world }) => void world.publish(NEWER) },
      mount: ({ world }) => {
        world.publish(NEWER);
        world.publish(makeWheel({ name: 'good', version: '1.1' }));
      },
      witness: told(),
    },
  ],
};
