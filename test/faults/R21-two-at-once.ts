// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { killGroup } from '../world/programs.ts';
import { FILES } from '../world/world.ts';
import { sendBytes } from '../world/host.ts';
import type { Fault, Played } from './fault.ts';
import { openGround, type Ground } from './ground.ts';
import { judgeEnd, judgeNextRun, judgeStore } from './invariants.ts';

/** Two runs on one state, the first of which is killed while it holds whatever it holds. */
async function takeOver(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const other = ground.publish({ name: 'other', version: '1.0' });
  const { hooks } = ground.world.host(FILES);
  const started: ChildProcess[] = [];
  const { promise: waiting, resolve: arrived } = Promise.withResolvers<void>();
  const { promise: release, resolve: go } = Promise.withResolvers<void>();
  hooks.set(`/packages/${good.filename}`, (request, response) => {
    arrived();
    void release.then(() => sendBytes(request, response, good.bytes));
  });
  const killed = ground.download(['good'], { watch: (child) => started.push(child) });
  await waiting;
  await using beside = await openBeside(ground);
  const began = performance.now();
  const run = await beside.install(['other'], { index: ground.world.index });
  const seconds = (performance.now() - began) / 1000;
  const faults = judgeEnd(run, [0]);
  for (const child of started) killGroup(child);
  await killed;
  go();
  hooks.clear();
  const store = await judgeStore(ground.data, new Map());
  faults.push(...store.faults);
  if (store.remembered.get(other.filename) !== other.sha256) faults.push('the second run was lost');
  faults.push(...(await judgeNextRun(ground, ['good', 'other'], [good, other])));
  return { faults, figure: `the second run was not kept waiting (${seconds.toFixed(1)} s)` };
}

/** Another environment of the same user: one state, one world. */
async function openBeside(ground: Ground): Promise<Ground> {
  const beside = await openGround(ground.environment.installer);
  const { variables } = ground.environment;
  const shared = Object.entries(variables).filter(([name]) =>
    /^(?:HOME|XDG_.*|https?_proxy|PIP_CERT|SSL_CERT_FILE)$/iu.test(name),
  );
  beside.environment.setVariables(Object.fromEntries(shared));
  return beside;
}

export const R21: Fault = {
  id: 'R21',
  title: 'two at once on one state folder',
  forms: [
    { name: 'one waits, is killed, the other goes on', installers: ['pip', 'uv'], play: takeOver },
  ],
};
