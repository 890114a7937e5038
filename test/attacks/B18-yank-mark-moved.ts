// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, PASSED, refused, type Attack } from './attack.ts';
import { AFTER_BOTH, listBoth, NEWER, STRICTLY, told } from './former-pages.ts';
import { GOOD, OLDER, type Stage } from './stage.ts';

/** The newest is yanked. */
function listYanked({ world }: Stage): void {
  world.reset();
  world.publish(GOOD);
  world.publish(NEWER, { raw: { yanked: 'a hole' } });
}

const gone = ['offered 2.0 on 2', 'has yanked it since'];

export const B18: Attack = {
  id: 'B18',
  title: 'a yank mark is stripped or added',
  forms: [
    {
      name: 'stripped, under --strict',
      ...STRICTLY,
      after: { ask: ['good'], set: listYanked },
      mount: listBoth,
      expect: refused('E-FRESH', 'WP-YANK-REMOVED', {
        says: () => [NEWER.filename, 'was yanked on 2'],
        steeredTo: '1.0',
      }),
      plain: BOTH_INSTALL,
      defence: 'strictness',
      stop: listYanked,
    },
    {
      name: 'stripped, told by default',
      after: { ask: ['good'], set: listYanked },
      mount: listBoth,
      expect: PASSED,
      plain: null,
      defence: 'memory',
      witness: told(NEWER.filename, 'WP-YANK-REMOVED'),
    },
    {
      name: 'added to the newest, under --strict',
      ...STRICTLY,
      after: AFTER_BOTH,
      mount: listYanked,
      expect: refused('E-FRESH', 'WP-NEWEST-FELL', { says: () => gone }),
      plain: BOTH_INSTALL,
      defence: 'strictness',
      stop: listBoth,
    },
    {
      name: 'added to the newest, told by default',
      after: AFTER_BOTH,
      mount: listYanked,
      expect: PASSED,
      plain: null,
      defence: 'memory',
      witness: told(...gone, 'WP-NEWEST-FELL'),
    },
  ],
  twins: [
    {
      name: 'an old release is yanked, under --strict',
      ...STRICTLY,
      after: { ask: ['good'], set: ({ world }) => void world.publish(OLDER) },
      mount: ({ world }) => void world.publish(OLDER, { raw: { yanked: true } }),
      witness: told(),
    },
    {
      name: 'yanked and released anew, under --strict',
      ...STRICTLY,
      after: AFTER_BOTH,
      mount: (stage) => {
        listYanked(stage);
        stage.world.publish(makeWheel({ name: 'good', version: '2.0.1' }));
      },
      witness: told(),
    },
  ],
};
