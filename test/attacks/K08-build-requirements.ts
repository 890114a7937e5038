// SPDX-License-Identifier: Apache-2.0
import { makeSdist, makeWheel, type Word } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import type { Stage } from './stage.ts';

const PROJECT =
  '[build-system]\nrequires = ["helper"]\nbuild-backend = "backend"\nbackend-path = ["."]\n';

const sdist = (version: string) =>
  makeSdist({ name: 'good', version, files: { 'pyproject.toml': PROJECT } });
const OLD = sdist('1.0');
const NEW = sdist('1.1');
const helper = (word: Word) => makeWheel({ name: 'helper', version: '2.0', word });
const EVIL_HELPER = helper('EVIL');

function offer(stage: Stage, word: Word, version = OLD): void {
  const { world } = stage;
  stage.listOnly(version, { sidecar: false });
  world.project('helper').files = [];
  world.publish(helper(word));
}

const pin = (stage: Stage) =>
  stage.write('requirements.txt', `good==1.0 --hash=sha256:${OLD.sha256}\n`);

export const K08: Attack = {
  id: 'K08',
  title: 'build requirements stand outside the pins',
  forms: [
    {
      name: 'that nobody vouches for',
      mount: async (stage) => {
        offer(stage, 'EVIL');
        await pin(stage);
      },
      ask: () => ['--require-hashes', '-r', 'requirements.txt'],
      own: ['--strict'],
      expect: refused('E-MISSING', ['WP-FIRST-USE', 'WP-NO-VOUCHER'], {
        says: () => [EVIL_HELPER.filename],
      }),
      plain: BOTH_INSTALL,
      defence: 'first-use',
      lasting: true,
    },
    {
      name: 'replaced since the last build',
      after: { ask: ['good'], set: (stage) => offer(stage, 'GOOD') },
      mount: (stage) => offer(stage, 'EVIL', NEW),
      expect: refused('E-BYTES', 'WP-NAME-REUSED', { says: () => [EVIL_HELPER.filename] }),
      plain: BOTH_INSTALL,
      defence: 'memory',
    },
  ],
  twins: [
    {
      name: 'the same build requirement again',
      after: { ask: ['good'], set: (stage) => offer(stage, 'GOOD') },
      mount: (stage) => offer(stage, 'GOOD', NEW),
    },
    {
      name: 'a pinned sdist, in the default mode',
      mount: async (stage) => {
        offer(stage, 'GOOD');
        await pin(stage);
      },
      ask: () => ['--require-hashes', '-r', 'requirements.txt'],
    },
  ],
};
