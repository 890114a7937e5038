// SPDX-License-Identifier: Apache-2.0
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, FaultForm, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeNextRun, judgeStore } from './invariants.ts';
import { injecting, ONE_FILE_THREAD } from './machinery.ts';

/** No run of one file makes more of one call than this. */
const MOST_CALLS = 400;

interface Injection {
  readonly call: string;
  readonly error: string;
  /** How the run may end where it was hit. */
  readonly exits: readonly number[];
  /** Every n-th place is tried. */
  readonly step: number;
}

/** The call fails at its first place, its second, … until a run passes without being hit. */
export async function sweep(ground: Ground, injection: Injection): Promise<Played> {
  const { call, error, exits, step } = injection;
  const known = ground.publish({ name: 'known', version: '1.0' });
  const fresh = ground.publish({ name: 'fresh', version: '1.0', files: { 'fresh/x.py': filler } });
  const published = [known, fresh];
  const faults: string[] = [];
  const first = await ground.download(['known']);
  if (first.exit !== 0) return { faults: [`could not be set up: ${first.stderr}`], figure: '' };
  let { remembered } = await judgeStore(ground.data, new Map());
  const log = join(ground.environment.root, 'strace.log');
  let places = 0;
  let refused = 0;
  for (let when = 1; when < MOST_CALLS; when += step) {
    // What was fetched before must come again, or nothing is written the second time.
    const run = await ground.download(['known', 'fresh', '--no-deps'], {
      before: injecting(call, error, String(when), log),
      variables: ONE_FILE_THREAD,
    });
    const hit = (await readFile(log, 'utf8')).includes('(INJECTED)');
    if (!hit) break;
    places += 1;
    if (run.exit !== 0) refused += 1;
    faults.push(...judgeHandedOut(run, published), ...judgeEnd(run, exits));
    const store = await judgeStore(ground.data, remembered);
    ({ remembered } = store);
    faults.push(...store.faults.map((fault) => `${call} ${when}: ${fault}`));
    if (faults.length > 0) break;
    await forgetFresh(ground);
    remembered = new Map([...remembered].filter(([name]) => name !== fresh.filename));
  }
  faults.push(...(await judgeNextRun(ground, ['known', 'fresh'], published)));
  if (places === 0) faults.push(`${call} was never hit`);
  return { faults, figure: `${places} places, ${refused} refused in words` };
}

/** Not compressible to nothing, so that it is written in pieces. */
const filler = Array.from({ length: 4000 }, (_, line) => `x${line} = ${line * 7919}\n`).join('');

async function forgetFresh(ground: Ground): Promise<void> {
  await ground.command(['trust', 'forget', 'fresh==1.0', '--reason', 'the next round begins']);
  await rm(join(ground.data, 'blobs', 'sha256'), { recursive: true, force: true });
}

const OWN_STATE = 21;
/** The loader could not read a library: Node never began. */
const NOT_BEGUN = 127;
/** pip's own configuration could not be read. */
const CONFIGURATION = 64;

function form(name: string, injection: Injection): FaultForm {
  return { name, needs: ['strace'], play: (ground) => sweep(ground, injection) };
}

export const R04: Fault = {
  id: 'R04',
  title: 'the disk reports errors',
  forms: [
    form('fsync: EIO', { call: 'fsync', error: 'EIO', exits: [0, OWN_STATE], step: 1 }),
    form('pwrite64: EIO', { call: 'pwrite64', error: 'EIO', exits: [0, OWN_STATE], step: 3 }),
    form('pwrite64: EINTR', { call: 'pwrite64', error: 'EINTR', exits: [0], step: 7 }),
    form('pread64: EIO', {
      call: 'pread64',
      error: 'EIO',
      exits: [0, OWN_STATE, CONFIGURATION, NOT_BEGUN],
      step: 3,
    }),
    form('rename: EIO', { call: 'rename', error: 'EIO', exits: [0, 1, OWN_STATE], step: 1 }),
  ],
};
