// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { serveBytes } from '../world/host.ts';
import { makeWheel } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, PASSED, refused, type Attack } from './attack.ts';
import { runGuarded } from './door.ts';
import { EVIL, GOOD, GOOD_PATH, type Stage } from './stage.ts';

const PIP = makeWheel({ name: 'pip', version: '99.0' });
const FALSE_PIP = makeWheel({ name: 'pip', version: '99.0', word: 'EVIL' });

/** Beside the pip that runs: that one is lent by all environments, and must not be replaced. */
const upgrade = ({ environment, world }: Stage): readonly string[] => [
  'python',
  '-m',
  'pip',
  'install',
  '--index-url',
  world.index,
  '--target',
  join(environment.target, 'newer'),
  '--upgrade',
  'pip',
];

const asTool = ({ world }: Stage): readonly string[] => [
  'uv',
  'tool',
  'install',
  '--default-index',
  world.index,
  'good',
];

export const K24: Attack = {
  id: 'K24',
  title: 'downloads beside the packages that were asked for',
  forms: [
    {
      name: 'a newer pip, tampered with',
      installers: ['pip'],
      mount: ({ world }) => {
        world.publish(PIP);
        const path = `/packages/${PIP.filename}`;
        world.host(FILES).hooks.set(path, serveBytes(FALSE_PIP.bytes));
      },
      words: upgrade,
      expect: refused('E-BYTES', 'WP-HASH-MISMATCH', { says: () => [PIP.filename] }),
      plain: BOTH_REFUSE,
      defence: 'index-hash',
      lasting: true,
    },
    {
      name: 'a tool of uv, tampered with',
      installers: ['uv'],
      mount: ({ world }) => world.host(FILES).hooks.set(GOOD_PATH, serveBytes(EVIL.bytes)),
      words: asTool,
      expect: refused('E-BYTES', 'WP-HASH-MISMATCH', { says: () => [GOOD.filename] }),
      plain: null,
      defence: { because: 'the same check as for every file; a library has no tool to install' },
      lasting: true,
    },
    {
      name: 'what is no distribution is named as outside',
      mount: () => undefined,
      run: (_stage, knock) =>
        runGuarded({ ...knock, words: ['doctor', '--no-self-test'], bare: true }),
      expect: PASSED,
      plain: null,
      defence: { because: 'doctor looks, and holds nothing' },
      witness: (_stage, { stdout }) =>
        ['uv python install', 'uv self update', 'ensurepip'].flatMap((what) =>
          stdout.includes(what) ? [] : [`${what} is not named`],
        ),
    },
  ],
  twins: [
    {
      name: 'a newer pip',
      installers: ['pip'],
      mount: ({ world }) => void world.publish(PIP),
      words: upgrade,
    },
  ],
};
