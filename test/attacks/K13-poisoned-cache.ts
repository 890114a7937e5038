// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathsBelow } from '../world/tree-hash.ts';
import { makeSdist } from '../world/wheel.ts';
import { PASSED, type Attack, type Witness } from './attack.ts';
import { runGuarded, runPlain } from './door.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

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
  const cache = join(environment.home, '.cache', environment.installer);
  let poisoned = 0;
  for (const path of await pathsBelow(cache)) {
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) continue;
    const evil = exchanged(bytes);
    if (evil === null) continue;
    await writeFile(path, evil);
    poisoned += 1;
  }
  if (poisoned === 0) throw new Error('nothing in the cache to poison');
}

/** A whole wheel (pip), or one file of an unpacked one (uv). */
function exchanged(bytes: Buffer): Buffer | null {
  const at = bytes.indexOf(GOOD.bytes);
  if (at >= 0) {
    return Buffer.concat([
      bytes.subarray(0, at),
      EVIL.bytes,
      bytes.subarray(at + GOOD.bytes.length),
    ]);
  }
  return bytes.toString('utf8') === 'WORD = "GOOD"\n' ? Buffer.from('WORD = "EVIL"\n') : null;
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
