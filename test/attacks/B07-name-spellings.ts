// SPDX-License-Identifier: Apache-2.0
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack, type Twin } from './attack.ts';
import type { Stage } from './stage.ts';

const spelled = (word: 'GOOD' | 'EVIL') => makeWheel({ name: 'Go_od.x', version: '1.0', word });

function serve(stage: Stage, word: 'GOOD' | 'EVIL', page: string): void {
  const { world } = stage;
  world.project('go-od-x').files = [];
  world.publish(spelled(word));
  world.project('go-od-x').name = page;
}

const passesAs = (asked: string, page: string): Twin => ({
  name: `asked as ${asked}, page of ${page}`,
  mount: (stage) => serve(stage, 'GOOD', page),
  ask: () => [asked],
  witness: (_stage, { report }) => {
    const names = report?.files.map(({ project }) => project) ?? [];
    return names.length === 1 && names[0] === 'go-od-x' ? [] : [`reported as ${names.join(', ')}`];
  },
});

export const B07: Attack = {
  id: 'B07',
  title: 'another spelling of the name is the same project',
  forms: [
    {
      name: 'memory holds under every spelling',
      after: { ask: ['go_od-X'], set: (stage) => serve(stage, 'GOOD', 'Go.od_x') },
      mount: (stage) => serve(stage, 'EVIL', 'go-od-x'),
      ask: () => ['GO-OD.X'],
      expect: refused('E-BYTES', 'WP-NAME-REUSED', { says: () => ['go-od-x'] }),
      plain: BOTH_INSTALL,
      defence: 'memory',
      stop: (stage) => serve(stage, 'GOOD', 'go-od-x'),
    },
  ],
  twins: [passesAs('Go_od.x', 'go-od-x'), passesAs('go-.-od--x', 'GO.OD.X')],
};
