// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killGroup } from '../world/programs.ts';
import { FILES } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeHandedOut } from './invariants.ts';

/** The installer, and beside it how it ended, which its killed parent can no longer tell. */
const WITNESSED = (program: string, note: string): string =>
  `#!/bin/sh\n'${program}' "$@"\nended=$?\necho $ended >'${note}'\nexit $ended\n`;

/** kill -9 of the wrapper alone, while the installer waits for a file. */
async function killWrapper(ground: Ground, jail: string): Promise<Played> {
  const { world, environment } = ground;
  const file = ground.publish({ name: 'good', version: '1.0' });
  const note = join(environment.root, 'ended.txt');
  const shims = join(environment.root, 'shims');
  await mkdir(shims, { mode: 0o700 });
  const shim = join(shims, 'pip');
  await writeFile(shim, WITNESSED(join(environment.target, 'bin/pip'), note));
  await chmod(shim, 0o700);
  const started: ChildProcess[] = [];
  let reachedBefore = 0;
  world.host(FILES).hooks.set(`/packages/${file.filename}`, () => {
    reachedBefore = world.reached.length;
    started[0]?.kill('SIGKILL'); // nobody answers: the file never comes
  });
  const run = await ground.download(['good'], {
    own: ['--jail', jail],
    variables: { PATH: `${shims}:${environment.variables['PATH'] ?? ''}` },
    watch: (child) => started.push(child),
  });
  for (const child of started) killGroup(child);
  const ended = (await readFile(note, 'utf8').catch(() => '')).trim();
  const faults = judgeHandedOut(run, [file]);
  if (run.exit !== null) faults.push(`the wrapper ended with ${run.exit} instead of being killed`);
  if (run.got.size > 0) faults.push('a file landed although the gate was gone');
  if (!/^[1-9]\d*$/u.test(ended)) faults.push(`the installer ended with "${ended}"`);
  const alone = world.reached.slice(reachedBefore).map(({ host }) => host);
  if (alone.length > 0) faults.push(`reached without the gate: ${alone.join(', ')}`);
  return { faults, figure: `pip fetched nothing and ended with ${ended}` };
}

export const R28: Fault = {
  id: 'R28',
  title: 'the wrapper is killed, the installer is left',
  forms: ['auto', 'off'].map((jail) => ({
    name: `kill -9, --jail ${jail}`,
    play: (ground) => killWrapper(ground, jail),
  })),
};
