// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { AN_HONEST_INSTALL, BOTH_INSTALL, PASSED, refused, type Attack } from './attack.ts';
import { STRICTLY, told } from './former-pages.ts';
import { GOOD } from './stage.ts';

const TAGGED = makeWheel({ name: 'good', version: '1.0', build: '999evil', word: 'EVIL' });
const LOCAL = makeWheel({ name: 'good', version: '1.0+evil', word: 'EVIL' });
const BUILT = makeWheel({ name: 'good', version: '1.0', build: '1' });

export const B11: Attack = {
  id: 'B11',
  title: 'a build tag or a local version outranks the same release',
  forms: [
    {
      name: 'a build tag, under --strict',
      ...STRICTLY,
      after: AN_HONEST_INSTALL,
      mount: ({ world }) => void world.publish(TAGGED),
      // What it outranks is remembered, and taken instead.
      expect: PASSED,
      plain: null,
      defence: 'strictness',
      witness: (stage, { stderr }) => [
        ...(stage.installedWord() === 'GOOD' ? [] : [`installed: ${stage.installedWord()}`]),
        ...(stderr.includes('left out of the index page (WP-') ? [] : ['it is not told']),
      ],
    },
    {
      name: 'a build tag alone, under --strict',
      ...STRICTLY,
      after: AN_HONEST_INSTALL,
      mount: (stage) => void stage.listOnly(TAGGED),
      expect: refused('E-FRESH', ['WP-FILE-GONE', 'WP-LATE-FILE'], {
        neighbours: ['E-MISSING'],
        says: () => [GOOD.filename],
      }),
      plain: BOTH_INSTALL,
      defence: 'strictness',
    },
    {
      name: 'a build tag, told by default',
      notBy: { pdm: 'it takes the one without' },
      after: AN_HONEST_INSTALL,
      mount: ({ world }) => void world.publish(TAGGED),
      expect: PASSED,
      plain: null,
      defence: { because: 'the page alone shows it: there is no memory to take out' },
      witness: told(TAGGED.filename, 'WP-SIBLING', 'WP-LATE-FILE', 'days after its first file'),
    },
    {
      name: 'a local version, under --strict',
      ...STRICTLY,
      after: AN_HONEST_INSTALL,
      mount: ({ world }) => void world.publish(LOCAL),
      expect: refused('E-MISSING', 'WP-SIBLING', {
        says: () => [LOCAL.filename, GOOD.filename, 'local version'],
        steeredTo: '1.0',
      }),
      plain: BOTH_INSTALL,
      defence: 'strictness',
    },
  ],
  twins: [
    {
      name: 'every wheel has a build tag, under --strict',
      ...STRICTLY,
      mount: (stage) => void stage.listOnly(BUILT),
      witness: told(),
    },
    {
      name: 'every release has a local version, under --strict',
      ...STRICTLY,
      mount: (stage) => void stage.listOnly(makeWheel({ name: 'good', version: '1.0+cpu' })),
      witness: told(),
    },
    {
      name: 'a new release with a build tag, under --strict',
      ...STRICTLY,
      after: AN_HONEST_INSTALL,
      mount: ({ world }) =>
        void world.publish(makeWheel({ name: 'good', version: '1.1', build: '1' })),
      witness: told(),
    },
  ],
};
