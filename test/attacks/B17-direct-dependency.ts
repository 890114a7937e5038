// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from 'node:url';
import { makeWheel } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import { refused, type Attack } from './attack.ts';
import { DEP } from './lying-sidecar.ts';
import type { Stage } from './stage.ts';

const EVIL_DEP = makeWheel({ name: 'dep', version: '1.0', word: 'EVIL' });

function wanting(stage: Stage, marker = '') {
  return requiring(`${stage.packages}${DEP.filename}${marker}`);
}

function requiring(address: string) {
  return makeWheel({ name: 'good', version: '1.0', requires: [`dep @ ${address}`] });
}

function mount(stage: Stage, sidecar: boolean): void {
  stage.world.host(FILES).files.set(`/packages/${DEP.filename}`, EVIL_DEP.bytes);
  stage.listOnly(wanting(stage), { sidecar });
}

/** Released files never change: a later release asks for nothing of the kind. */
function releaseWithout({ world }: Stage): void {
  world.publish(makeWheel({ name: 'good', version: '1.1' }));
}

const NOT_BY_UV = {
  notBy: { uv: 'it refuses such metadata by itself, before it asks for the address' },
} as const;

const REFUSED = refused('E-SOURCE', 'WP-DIRECT-DEPENDENCY', {
  says: () => ['good-1.0-py3-none-any.whl', DEP.filename],
});

export const B17: Attack = {
  id: 'B17',
  title: 'the metadata of a release requires an address',
  forms: [
    {
      name: 'in the metadata beside the wheel',
      ...NOT_BY_UV,
      mount: (stage) => mount(stage, true),
      expect: REFUSED,
      plain: { pip: 'installs', uv: 'refuses' },
      defence: 'verification',
      stop: releaseWithout,
    },
    {
      name: 'in the wheel alone',
      ...NOT_BY_UV,
      mount: (stage) => mount(stage, false),
      expect: REFUSED,
      plain: { pip: 'installs', uv: 'refuses' },
      defence: 'verification',
      stop: releaseWithout,
    },
    {
      name: 'a file of this machine',
      ...NOT_BY_UV,
      mount: async (stage) => {
        const path = await stage.write(DEP.filename, EVIL_DEP.bytes);
        stage.listOnly(requiring(pathToFileURL(path).href));
      },
      expect: REFUSED,
      plain: { pip: 'installs', uv: 'refuses' },
      defence: 'verification',
      stop: releaseWithout,
    },
  ],
  twins: [
    {
      name: 'an extra that nobody asks for',
      mount: (stage) => {
        stage.world.host(FILES).files.set(`/packages/${DEP.filename}`, DEP.bytes);
        stage.listOnly(wanting(stage, ' ; extra == "more"'));
      },
    },
    {
      name: 'the user asks for that file too',
      mount: (stage) => {
        stage.world.host(FILES).files.set(`/packages/${DEP.filename}`, DEP.bytes);
        stage.listOnly(wanting(stage));
      },
      ask: (stage) => ['good', `dep @ ${stage.packages}${DEP.filename}`],
    },
  ],
};
