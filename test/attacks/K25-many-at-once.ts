// SPDX-License-Identifier: Apache-2.0
import { openEnvironment } from '../world/environments.ts';
import { PASSED, type Attack } from './attack.ts';
import { runGuarded, type Guarded, type Knock } from './door.ts';
import type { Stage } from './stage.ts';

const RUNS = 20;

/** The same user in another virtual environment. */
async function runBeside(stage: Stage, knock: Knock): Promise<Guarded> {
  const mine = stage.environment;
  await using other = await openEnvironment(stage.world, mine.installer, mine.version);
  const shared = Object.entries(mine.variables).filter(([name]) => /^(HOME|XDG_)/u.test(name));
  const variables = { ...other.variables, ...Object.fromEntries(shared) };
  return await runGuarded({ ...knock, environment: { ...other, variables } });
}

export const K25: Attack = {
  id: 'K25',
  title: 'many runs at once on one state',
  forms: [
    {
      name: `${RUNS} wrappers`,
      mount: () => undefined,
      run: async (stage, knock) => {
        const runs = await Promise.all(Array.from({ length: RUNS }, () => runBeside(stage, knock)));
        const worst = runs.find(({ exit }) => exit !== 0) ?? runs[0];
        if (worst === undefined) throw new Error('nothing ran');
        return { ...worst, stderr: runs.map(({ stderr }) => stderr).join('\n') };
      },
      expect: PASSED,
      plain: null,
      defence: 'waiting for locks',
      witness: (_stage, { stderr }) => (/locked|busy/iu.test(stderr) ? ['a lock error'] : []),
    },
  ],
};
