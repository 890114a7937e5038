// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { AnyInstaller } from '../world/installer-versions.ts';
import { makeSdist } from '../world/wheel.ts';
import { PASSED, type Attack, type Witness } from './attack.ts';
import { runGuarded, runPlain } from './door.ts';
import { poisonBelow } from './poisoned-cache.ts';
import type { Stage } from './stage.ts';

/** Their names below the user's; the others', the whole of it. */
const CACHES: Readonly<Partial<Record<AnyInstaller, string>>> = { pip: 'pip', uv: 'uv' };

/** The installer's usual cache, filled by an honest run without us, then changed. */
async function poison(stage: Stage): Promise<void> {
  const { environment } = stage;
  // pip keeps only what it built itself; everything else it looks at again.
  if (environment.installer === 'pip') {
    stage.listOnly(makeSdist({ name: 'good', version: '1.0' }), { sidecar: false });
  }
  const ended = await runPlain(environment, stage.install(['good']));
  if (ended.exit !== 0) throw new Error(`the run before failed: ${ended.stderr}`);
  await environment.renewTarget();
  const cache = join(environment.home, '.cache', CACHES[environment.installer] ?? '');
  if ((await poisonBelow(cache)) === 0) throw new Error('nothing in the cache to poison');
}

const isGood: Witness = ({ installedWord }) =>
  installedWord() === 'GOOD' ? [] : [`installed ${installedWord() ?? 'nothing'}`];

export const K13: Attack = {
  id: 'K13',
  title: "the installer's cache is poisoned",
  forms: [
    {
      name: 'its usual one',
      mount: poison,
      expect: PASSED,
      plain: null,
      defence: 'steering',
      witness: isGood,
      run: (_stage, knock) => runGuarded(knock),
    },
  ],
  twins: [{ name: 'an honest cache of the same run', mount: () => undefined, witness: isGood }],
};
