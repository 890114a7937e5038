// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeProgram } from '../attacks/program.ts';
import {
  killingProgram,
  KILL_POINTS,
  orphans,
  siteOf,
  SLOW_WHEELS,
} from '../world/half-installs.ts';
import { runProgram } from '../world/programs.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground, Run } from './ground.ts';
import { judgeStore } from './invariants.ts';

const KILLED = 137;
const NAMES = SLOW_WHEELS.map(({ project }) => project);

/** kill -9 of the real installer, each time a little later; the command that is then named mends it. */
async function killInstaller(ground: Ground): Promise<Played> {
  const { target, root, installer } = ground.environment;
  for (const wheel of SLOW_WHEELS) ground.world.publish(wheel);
  const site = await siteOf(target);
  const before = new Set(await readdir(site));
  const shims = join(root, 'shims');
  await mkdir(shims, { mode: 0o700 });
  const variables = { PATH: `${shims}:${ground.environment.variables['PATH'] ?? ''}` };
  const faults: string[] = [];
  const counts = { killed: 0, left: 0, told: 0, mended: 0 };
  for (const point of KILL_POINTS) {
    const shim = join(shims, installer);
    await writeFile(shim, killing(ground, site, point), { mode: 0o755 });
    const run = await ground.install(NAMES, { variables });
    await rm(shim);
    const left = await orphans(site, before);
    if (run.exit === KILLED) counts.killed += 1;
    else if (run.exit !== 0) faults.push(`${point}: exit ${String(run.exit)}: ${run.stderr}`);
    if (left.length === 0) continue;
    counts.left += 1;
    const untold = notTold(run, left);
    faults.push(...untold.map((fault) => `${point}: ${fault}`));
    if (untold.length > 0) continue;
    counts.told += 1;
    const mended = await mend(ground, run.report?.half_installed[0]?.repair ?? '');
    const still = await orphans(site, before);
    if (mended !== 0 || still.length > 0)
      faults.push(
        `${point}: the command that was named ended with ${mended}, left: ${still.join()}`,
      );
    else counts.mended += 1;
  }
  if (counts.killed === 0) faults.push('the installer was never killed');
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  const { killed, left, told, mended } = counts;
  const figure = `${killed} kills, ${left} left something: ${told} told with their files, ${mended} mended by the command named`;
  return { faults, figure };
}

function killing({ environment }: Ground, site: string, point: string): string {
  const { target, installer, variables } = environment;
  const python = join(target, 'bin', 'python');
  const [, uv = ''] = (variables['PATH'] ?? '').split(':');
  const real = installer === 'pip' ? [python, '-m', 'pip'] : [join(uv, 'uv')];
  return killingProgram({ real, python, site, point });
}

/** Each top entry that is left stands in the list, and a command is named. */
function notTold(run: Run, left: readonly string[]): string[] {
  const faults: string[] = [];
  if (!run.stderr.includes('half installed')) faults.push('"half installed" is not said');
  const [half] = run.report?.half_installed ?? [];
  const listed = [...(half?.files ?? []), ...(half?.missing ?? [])].join('\n');
  for (const name of left) if (!listed.includes(name)) faults.push(`${name} is not listed`);
  if ((half?.repair ?? '') === '') faults.push('no command is named');
  return faults;
}

async function mend({ environment }: Ground, repair: string): Promise<number | null> {
  const { main } = await makeProgram();
  const { target, directory } = environment;
  const starts = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
  await writeFile(join(target, 'bin', 'wheelproof'), starts, { mode: 0o755 });
  const ended = await runProgram(['sh', '-c', repair], {
    environment: environment.variables,
    directory,
  });
  return ended.exit;
}

export const R29: Fault = {
  id: 'R29',
  title: 'the installer is killed half-way',
  forms: [
    {
      name: `kill -9 at ${KILL_POINTS.length} points of an installation`,
      installers: ['pip', 'uv'],
      play: killInstaller,
    },
  ],
};
