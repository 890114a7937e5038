// SPDX-License-Identifier: Apache-2.0
import type { Hook } from '../world/host.ts';
import { sendBytes } from '../world/host.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { digestsOfBlobs, judgeHandedOut, judgeStore } from './invariants.ts';

const E_BYTES = 10;

/** Two files of one length, each answered with the other's bytes. */
async function cross(ground: Ground): Promise<Played> {
  const left = ground.publish({ name: 'left', version: '1.0', files: { 'x.py': 'X = 1\n' } });
  const side = ground.publish({ name: 'side', version: '1.0', files: { 'x.py': 'X = 2\n' } });
  const faults: string[] = [];
  if (left.bytes.length !== side.bytes.length) faults.push('the two files differ in length');
  const host = ground.world.host(FILES);
  const isPip = ground.environment.installer === 'pip';
  host.hooks.set(`/packages/${left.filename}`, answerWith(side));
  host.hooks.set(`/packages/${side.filename}`, answerWith(left));
  const asked = ['left', 'side'];
  const refused = [];
  if (isPip) {
    // pip stops at the first refusal, so each has its run.
    for (const name of asked) refused.push(await ground.download([name]));
  } else {
    refused.push(await ground.install(asked));
  }
  for (const run of refused) {
    if (run.exit !== E_BYTES)
      faults.push(`exit ${String(run.exit)}, expected ${E_BYTES}: ${run.stderr}`);
    faults.push(...judgeHandedOut(run, [left, side]));
  }
  const said = refused.flatMap(({ report }) => report?.files ?? []);
  const codes = said.filter(({ reasons }) =>
    reasons.some(({ code }) => code === 'WP-HASH-MISMATCH'),
  );
  const named = new Set(codes.map(({ project }) => project));
  if (isPip && named.size !== 2)
    faults.push(`refused as other bytes: ${[...named].join(', ')}, not both`);
  if (!isPip && named.size === 0) faults.push('nothing was refused as other bytes');
  if ((await digestsOfBlobs(ground.data)).length > 0) faults.push('crossed bytes were stored');
  const store = await judgeStore(ground.data, new Map());
  if (store.remembered.size > 0) faults.push('crossed bytes are remembered');
  faults.push(...store.faults);
  host.hooks.clear();
  const after = await ground.install(asked);
  if (after.exit !== 0) faults.push(`afterwards: exit ${String(after.exit)}: ${after.stderr}`);
  return { faults, figure: `${named.size} of 2 refused as E-BYTES, 0 stored` };
}

function answerWith(file: BuiltFile): Hook {
  return (request, response) => sendBytes(request, response, file.bytes);
}

export const R12: Fault = {
  id: 'R12',
  title: 'the upstream crosses two answers',
  forms: [
    {
      name: 'each file with the bytes of the other',
      installers: ['pip', 'uv'],
      network: true,
      quick: true,
      play: cross,
    },
  ],
};
