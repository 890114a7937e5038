// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:http2';
import { RETRY_WAITS_MS } from '../../src/core/limits.ts';
import type { Response } from '../world/exchange.ts';
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
  const pauses = new Pauses();
  for (const name of [FILES, INDEX]) {
    const host = ground.world.host(name);
    host.seen.length = 0;
    host.through((request, response, count, honest) => {
      const path = request.url ?? '';
      pauses.asked(path);
      if (count >= MOST_TRIES || random() >= SHARE) return honest();
      const how = BREAKINGS[Math.floor(random() * BREAKINGS.length)] ?? 'reset';
      broken.set(how, (broken.get(how) ?? 0) + 1);
      if (how !== 'stall') response.once('close', () => pauses.failed(path));
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
  faults.push(...pauses.tooShort());
  const ratio = run.milliseconds / clean.milliseconds;
  if (ratio > BOUND) faults.push(`${ratio.toFixed(2)} times the clean time`);
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  const total = [...broken.values()].reduce((sum, count) => sum + count, 0);
  const figure = `${total} broken, ${ratio.toFixed(2)} × clean time (bound ${BOUND}), at most ${most} tries`;
  return { faults, figure };
}

/** Before the second and the third try of one thing, each at least half of what it is on average. */
const LEAST_PAUSES_MS = RETRY_WAITS_MS.map((milliseconds) => milliseconds / 2);
/** A timer may be early by a little. */
const EARLY_MS = 2;

/** How long whoever asks waits after each failure, seen from the server. */
class Pauses {
  readonly #failures = new Map<string, number[]>();
  readonly #found: { readonly path: string; readonly after: number; readonly pause: number }[] = [];

  failed(path: string): void {
    this.#failures.set(path, [...(this.#failures.get(path) ?? []), performance.now()]);
  }

  asked(path: string): void {
    const failures = this.#failures.get(path) ?? [];
    const last = failures.at(-1);
    if (last === undefined) return;
    this.#found.push({ path, after: failures.length, pause: performance.now() - last });
  }

  tooShort(): string[] {
    return this.#found.flatMap(({ path, after, pause }) => {
      const least = (LEAST_PAUSES_MS[after - 1] ?? 0) - EARLY_MS;
      const told = `${path} was asked for again ${pause.toFixed(0)} ms after failure ${after}`;
      return pause < least ? [told] : [];
    });
  }
}

function breakIn(how: Breaking, honest: () => void): Hook {
  return (request, response) => {
    switch (how) {
      case 'reset':
        // Over HTTP/2 of this one alone: the others on it are no failures of their own.
        if (request.stream === undefined) request.socket.destroy();
        else request.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
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
function cutAt(response: Response, share: number): void {
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
  forms: [
    {
      name: '30 % of all answers, 50 packages',
      installers: ['pip', 'uv'],
      network: true,
      play: flap,
    },
  ],
};
