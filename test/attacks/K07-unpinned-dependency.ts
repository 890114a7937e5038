// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { refused, type Attack } from './attack.ts';
import type { Stage } from './stage.ts';

const WITH_HELPER = makeWheel({ name: 'good', version: '1.0', requires: ['helper'] });
const EVIL_HELPER = makeWheel({ name: 'helper', version: '2.0', word: 'EVIL' });

async function pinFirstOnly(stage: Stage): Promise<void> {
  stage.listOnly(WITH_HELPER);
  stage.world.publish(EVIL_HELPER);
  await stage.write('requirements.txt', `good==1.0 --hash=sha256:${WITH_HELPER.sha256}\n`);
}

export const K07: Attack = {
  id: 'K07',
  title: 'a dependency without a pin in a pinned file',
  forms: [
    {
      name: 'of a wheel',
      mount: pinFirstOnly,
      ask: () => ['-r', 'requirements.txt'],
      own: ['--strict'],
      expect: refused('E-MISSING', ['WP-FIRST-USE', 'WP-NO-VOUCHER'], {
        says: () => [EVIL_HELPER.filename],
      }),
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'first-use',
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'both pinned',
      mount: async (stage) => {
        await pinFirstOnly(stage);
        await stage.write(
          'requirements.txt',
          `good==1.0 --hash=sha256:${WITH_HELPER.sha256}\nhelper==2.0 --hash=sha256:${EVIL_HELPER.sha256}\n`,
        );
      },
      ask: () => ['-r', 'requirements.txt'],
      own: ['--strict'],
    },
  ],
};
