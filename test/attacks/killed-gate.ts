// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { sendBytes } from '../world/host.ts';
import { killGroup } from '../world/programs.ts';
import { FILES } from '../world/world.ts';
import { runGuarded, type Guarded, type Knock } from './door.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';

/**
 * Kills the gate, and nothing but the gate, while it waits for the file. What remains of the
 * installer goes on alone until it gives up.
 */
export async function runAndKillGate(stage: Stage, knock: Knock): Promise<Guarded> {
  let gate: ChildProcess | null = null;
  let reachedBefore = 0;
  stage.world.host(FILES).hooks.set(GOOD_PATH, (request, response) => {
    reachedBefore = stage.world.reached.length;
    gate?.kill('SIGKILL');
    gate = null;
    sendBytes(request, response, GOOD.bytes);
  });
  const started: ChildProcess[] = [];
  const watch = (child: ChildProcess): void => {
    gate = child;
    started.push(child);
  };
  const guarded = await runGuarded({ ...knock, watch });
  for (const child of started) killGroup(child);
  return { ...guarded, killedAfter: reachedBefore };
}
