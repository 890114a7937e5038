// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { pathsBelow } from '../world/tree-hash.ts';
import { PASSED, type Attack, type Witness } from './attack.ts';
import { runGuarded } from './door.ts';
import { runAndKillGate } from './killed-gate.ts';

const nothingIsLeft: Witness = async ({ environment, installedWord }) => {
  const places = [environment.home, join(environment.root, 'tmp')];
  const paths = (await Promise.all(places.map(pathsBelow))).flat();
  const left = paths.filter((path) => /\.pem$|\/runs\/./u.test(path));
  return [
    ...left.map((path) => `left over: ${path}`),
    ...(installedWord() === 'GOOD' ? [] : ['not installed']),
  ];
};

export const K21: Attack = {
  id: 'K21',
  title: 'leftovers of a killed gate',
  forms: [
    {
      name: 'the next run cleans up',
      mount: () => undefined,
      run: async (stage, knock) => {
        await runAndKillGate(stage, knock);
        stage.honest();
        return await runGuarded(knock);
      },
      expect: PASSED,
      plain: null,
      defence: 'sweeping',
      witness: nothingIsLeft,
    },
  ],
};
