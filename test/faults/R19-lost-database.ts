// SPDX-License-Identifier: Apache-2.0
import { copyFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, FaultForm, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeStore } from './invariants.ts';

const OWN_STATE = 21;
const MANY = 10_000;
const REBUILD_BOUND_MS = 60_000;

/** No start with an empty memory: refused until the store is put back, then all is there. */
async function lose(ground: Ground, damage: (file: string) => Promise<void>): Promise<Played> {
  const file = join(ground.data, 'trust.sqlite');
  ground.publish({ name: 'good', version: '1.0' });
  ground.publish({ name: 'other', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  await copyFile(file, join(ground.environment.root, 'older'));
  faults.push(...judgeEnd(await ground.download(['other']), [0]));
  const before = await judgeStore(ground.data, new Map());
  const sound = join(ground.environment.root, 'sound');
  await copyFile(file, sound);
  await damage(file);
  for (const words of [['good'], ['other']]) {
    const run = await ground.download(words);
    faults.push(...judgeEnd(run, [OWN_STATE], [/WP-STATE-DAMAGED/u, /next/u]));
    if (run.got.size > 0) faults.push(`${words.join()} was handed out without a memory`);
  }
  await copyFile(sound, file);
  faults.push(...judgeEnd(await ground.download(['other']), [0]));
  faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
  return { faults, figure: 'E-STATE until it is put back' };
}

/** An export of 10,000 files becomes a store again. */
async function rebuild(ground: Ground): Promise<Played> {
  ground.publish({ name: 'good', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const exported = await ground.command(['trust', 'export']);
  const document: { files: Record<string, unknown>[] } = JSON.parse(exported.stdout);
  const [first = {}] = document.files;
  const text = JSON.stringify(first);
  document.files = Array.from({ length: MANY }, (_, count) => {
    const one: Record<string, unknown> = JSON.parse(
      text.replaceAll('good-1.0-', `good-1.${count}-`).replaceAll('"1.0"', `"1.${count}"`),
    );
    return one;
  });
  const backup = join(ground.environment.root, 'backup.json');
  await writeFile(backup, JSON.stringify(document));
  for (const suffix of ['', '-wal', '-shm', '.mark'])
    await rm(join(ground.data, `trust.sqlite${suffix}`), { force: true });
  const run = await ground.command(['trust', 'import', backup]);
  faults.push(...judgeEnd(run, [0]));
  const { remembered } = await judgeRemembered(ground);
  if (remembered !== MANY) faults.push(`${remembered} of ${MANY} came back`);
  if (run.milliseconds > REBUILD_BOUND_MS) faults.push(`took ${Math.round(run.milliseconds)} ms`);
  return {
    faults,
    figure: `${MANY} files in ${(run.milliseconds / 1000).toFixed(1)} s (bound 60)`,
  };
}

async function judgeRemembered(ground: Ground): Promise<{ readonly remembered: number }> {
  // An import is no verdict, so that only the count is looked at.
  const { remembered } = await judgeStore(ground.data, new Map());
  return { remembered: remembered.size };
}

function form(name: string, damage: (file: string, root: string) => Promise<void>): FaultForm {
  return { name, play: (ground) => lose(ground, (file) => damage(file, ground.environment.root)) };
}

export const R19: Fault = {
  id: 'R19',
  title: 'the trust database is lost, cut or an old copy',
  forms: [
    form('deleted', (file) => rm(file)),
    form('cut in the middle', (file) => truncate(file, 10_000)),
    form('cut to nothing', (file) => truncate(file, 0)),
    { ...form('an older copy', (file, root) => copyFile(join(root, 'older'), file)), quick: true },
    { name: 'rebuilt from an export of 10,000 files', play: rebuild },
  ],
};
