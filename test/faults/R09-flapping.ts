// SPDX-License-Identifier: Apache-2.0
import type { ServerResponse } from 'node:http';
import type { Hook } from '../world/host.ts';
import { FILES, INDEX } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeStore } from './invariants.ts';

const PROJECTS = 50;
const SHARE = 0.3;
const MOST_TRIES = 3;
const BOUND = 3;
/** A stall that ends by itself; one that does not is R11's and D18's matter. */
const STALL_MS = 1_500;

type Breaking = 'reset' | '502' | 'stall' | 'truncated' | 'wrong length';
const BREAKINGS: readonly Breaking[] = ['reset', '502', 'stall', 'truncated', 'wrong length'];

/** 30 % of all requests go wrong, each in one of five ways; the third one of the same thing never does. */
async function flap(ground: Ground): Promise<Played> {
  const isPip = ground.environment.installer === 'pip';
  const files = Array.from({ length: PROJECTS }, (_, at) =>
    ground.publish({ name: `flap${at}`, version: '1.0' }),
  );
  const names = files.map(({ project }) => project);
  const bring = () => (isPip ? ground.download(names) : ground.install(names));
  const clean = await bring();
  const faults = judgeEnd(clean, [0]);
  // Another home: nothing is remembered and nothing stored.
  await ground.forgetAll();
  const broken = new Map<Breaking, number>();
  const random = dice(4711);
  for (const name of [FILES, INDEX]) {
    const host = ground.world.host(name);
    host.seen.length = 0;
    host.through((request, response, count, honest) => {
      if (count >= MOST_TRIES || random() >= SHARE) return honest();
      const how = BREAKINGS[Math.floor(random() * BREAKINGS.length)] ?? 'reset';
      broken.set(how, (broken.get(how) ?? 0) + 1);
      breakIn(how, honest)(request, response, count);
    });
  }
  const run = await bring();
  faults.push(...judgeEnd(run, [0]), ...judgeHandedOut(run, files));
  if (isPip && run.got.size !== PROJECTS) faults.push(`${run.got.size} of ${PROJECTS} came`);
  const refused = (run.report?.files ?? []).filter(({ reasons }) => reasons.length > 0);
  if (refused.length > 0) faults.push(`${refused.length} wrong verdicts`);
  const tries = new Map<string, number>();
  for (const name of [FILES, INDEX])
    for (const { path } of ground.world.host(name).seen)
      tries.set(path, (tries.get(path) ?? 0) + 1);
  const most = Math.max(...tries.values());
  if (most > MOST_TRIES) faults.push(`one thing was asked for ${most} times`);
  const ratio = run.milliseconds / clean.milliseconds;
  if (ratio > BOUND) faults.push(`${ratio.toFixed(2)} times the clean time`);
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  const total = [...broken.values()].reduce((sum, count) => sum + count, 0);
  const figure = `${total} broken, ${ratio.toFixed(2)} × clean time (bound ${BOUND}), at most ${most} tries`;
  return { faults, figure };
}

function breakIn(how: Breaking, honest: () => void): Hook {
  return (_request, response) => {
    switch (how) {
      case 'reset':
        response.socket?.destroy();
        break;
      case '502':
        response.writeHead(502).end('bad gateway');
        break;
      case 'truncated':
        cutAt(response, 0.5);
        honest();
        break;
      case 'wrong length':
        cutAt(response, 1);
        honest();
        break;
      case 'stall':
        setTimeout(honest, STALL_MS);
        break;
    }
  };
}

/** The honest answer with its honest length, broken off at a share of it, the last byte never sent. */
function cutAt(response: ServerResponse, share: number): void {
  const end = (body: string | Uint8Array = ''): void => {
    const bytes = Buffer.from(body);
    const part = bytes.subarray(0, Math.floor((bytes.length - 1) * share));
    response.write(part, () => response.destroy());
  };
  Object.defineProperty(response, 'end', { value: end });
}

/** The same order each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const R09: Fault = {
  id: 'R09',
  title: 'the upstream flaps',
  forms: [{ name: '30 % of all answers, 50 packages', installers: ['pip', 'uv'], play: flap }],
};
