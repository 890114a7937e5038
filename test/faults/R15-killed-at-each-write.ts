// SPDX-License-Identifier: Apache-2.0
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultForm, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeHandedOut, judgeNextRun, judgeStore } from './invariants.ts';
import { killing, killPoint, ONE_FILE_THREAD, tracing } from './machinery.ts';

/*
 * The real wrapper before the real pip, killed at each sync, rename, removal and (in steps) write
 * that it makes itself, while a file comes that it has not seen.
 */

const CALLS = ['fsync', 'fdatasync', 'rename', 'unlink', 'pwrite64'] as const;
/** SQLite writes page by page. */
const STRIDES: Readonly<Record<string, number>> = { pwrite64: 4 };
/** No run of one file makes more of one call than this. */
const MOST = 400;

async function killAtEachWrite(ground: Ground): Promise<Played> {
  const known = ground.publish({ name: 'known', version: '1.0' });
  const fresh = ground.publish({ name: 'fresh', version: '1.0' });
  const published = [known, fresh];
  const first = await ground.download(['known']);
  if (first.exit !== 0) return { faults: [`could not be set up: ${first.stderr}`], figure: '' };
  const before = await judgeStore(ground.data, new Map());
  const kept = join(ground.environment.root, 'kept');
  await cp(ground.data, kept, { recursive: true });
  const again = async (): Promise<void> => {
    await rm(ground.data, { recursive: true });
    await cp(kept, ground.data, { recursive: true });
  };
  const log = join(ground.environment.root, 'strace.txt');
  const bring = (words: readonly string[]) =>
    ground.download(['fresh'], { before: words, variables: ONE_FILE_THREAD });

  const whole = await bring(tracing(CALLS, log));
  if (whole.exit !== 0) return { faults: [`under strace: ${whole.stderr}`], figure: '' };
  const made = callsIn(await readFile(log, 'utf8'));
  const faults: string[] = [];
  const points = new Set<string>();
  for (const call of CALLS)
    for (let when = 1; when <= MOST && faults.length === 0; when += STRIDES[call] ?? 1) {
      await again();
      const run = await bring(killing(call, when, log));
      const point = killPoint(await readFile(log, 'utf8'), call, when);
      if (point === null) break;
      points.add(`${call} ${point}`);
      const found = judgeHandedOut(run, published);
      found.push(...(await judgeStore(ground.data, before.remembered)).faults);
      found.push(...(await judgeNextRun(ground, ['known', 'fresh'], published)));
      found.push(...(await judgeStore(ground.data, before.remembered)).faults);
      faults.push(...found.map((fault) => `${call} ${when}: ${fault}`));
    }
  if (points.size === 0) faults.push('nothing was killed');
  return { faults, figure: `killed at ${points.size} different calls of ${made}` };
}

function callsIn(log: string): number {
  return log.split('\n').filter((line) => /^\d+\s+\w+\(/u.test(line)).length;
}

export const KILLED_AT_EACH_WRITE: FaultForm = {
  name: 'kill -9 at each sync, rename, removal and fourth write',
  needs: ['strace'],
  play: killAtEachWrite,
};
