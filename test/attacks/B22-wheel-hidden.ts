// SPDX-License-Identifier: Apache-2.0
import { makeSdist, makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack, type Refused } from './attack.ts';
import { exception, told } from './former-pages.ts';
import { GOOD, OLDER, type Stage } from './stage.ts';

const SDIST = makeSdist({ name: 'good', version: '1.0', word: 'EVIL' });
const HONEST_SDIST = makeSdist({ name: 'good', version: '1.0' });
const WINDOWS = makeWheel({ name: 'good', version: '1.0', tags: 'cp312-cp312-win_amd64' });

function listWithSdist({ world }: Stage): void {
  world.reset();
  for (const file of [OLDER, GOOD, SDIST]) world.publish(file);
}

function onlyTheSdist(stage: Stage): void {
  stage.listOnly(SDIST);
}

const built = (): Refused =>
  refused('E-MISSING', 'WP-SDIST-BUILD', {
    says: () => [SDIST.filename, 'would run build code', GOOD.filename],
  });

export const B22: Attack = {
  id: 'B22',
  title: 'the wheel is hidden so that the sdist builds',
  forms: [
    {
      name: 'of a release that was installed',
      after: { ask: ['good'], set: listWithSdist },
      mount: onlyTheSdist,
      expect: built(),
      plain: BOTH_INSTALL,
      defence: 'memory',
      stop: listWithSdist,
    },
    {
      name: 'of a release that was only listed',
      after: { ask: ['good==0.9'], set: listWithSdist },
      mount: onlyTheSdist,
      expect: built(),
      plain: BOTH_INSTALL,
      defence: 'memory',
      stop: listWithSdist,
    },
    {
      name: 'listed without a hash',
      mount: (stage) => {
        stage.listOnly(GOOD, { hashes: { md5: '0'.repeat(32) }, sidecar: false });
        stage.world.publish(SDIST);
      },
      expect: refused('E-MISSING', ['WP-SDIST-BUILD', 'WP-NO-STRONG-HASH'], {
        says: () => [GOOD.filename],
      }),
      plain: null,
      defence: 'pages',
    },
  ],
  twins: [
    {
      name: 'a project without wheels',
      mount: (stage) => void stage.listOnly(HONEST_SDIST),
      witness: told(),
    },
    {
      name: 'the wheel of another system is gone',
      after: {
        ask: ['good'],
        set: ({ world }) => {
          world.reset();
          world.publish(WINDOWS);
          world.publish(HONEST_SDIST);
        },
      },
      mount: (stage) => void stage.listOnly(HONEST_SDIST),
      witness: told(),
    },
    {
      name: 'with an exception',
      policy: exception('sdist-build'),
      after: {
        ask: ['good==0.9'],
        set: ({ world }) => {
          world.publish(OLDER);
          world.publish(HONEST_SDIST);
        },
      },
      mount: (stage) => void stage.listOnly(HONEST_SDIST),
      witness: told('asked the project'),
    },
  ],
};
