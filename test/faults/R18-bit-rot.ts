// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import {
  digestsOfBlobs,
  judgeEnd,
  judgeHandedOut,
  judgeNextRun,
  judgeStore,
} from './invariants.ts';

const OWN_STATE = 21;
const BLOBS = 1000;

/** One bit of each of 1,000 stored files: the scrub finds all of them, and each is fetched anew. */
async function rotBlobs(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const root = join(ground.data, 'blobs', 'sha256');
  for (let count = 1; count < BLOBS; count++) {
    const bytes = createHash('sha512').update(String(count)).digest();
    const address = createHash('sha256').update(bytes).digest('hex');
    await mkdir(join(root, address.slice(0, 2)), { recursive: true, mode: 0o700 });
    await writeFile(join(root, address.slice(0, 2), address), bytes, { mode: 0o600 });
  }
  for (const [place, path] of (await filesBelow(root)).entries()) await flip(path, place * 7919);
  const check = await ground.command(['cache', 'check', '--json']);
  faults.push(...judgeEnd(check, [OWN_STATE]));
  const told: unknown = JSON.parse(check.stdout);
  const found = JSON.stringify(told).match(/[0-9a-f]{64}/gu)?.length ?? 0;
  if (found !== BLOBS) faults.push(`${found} of ${BLOBS} found`);
  if ((await digestsOfBlobs(ground.data)).length > 0)
    faults.push('damaged files are still in place');
  faults.push(...(await judgeNextRun(ground, ['good'], [good])));
  faults.push(...judgeEnd(await ground.command(['cache', 'check']), [0]));
  return { faults, figure: `${found} of ${BLOBS} found, set aside, fetched anew` };
}

/** The damaged file is asked for before any scrub: found on reading, and mended by itself. */
async function rotUnnoticed(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const before = await judgeStore(ground.data, new Map());
  const [path = ''] = await filesBelow(join(ground.data, 'blobs', 'sha256'));
  await flip(path, 12_345);
  faults.push(...(await judgeNextRun(ground, ['good'], [good])));
  faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
  return { faults, figure: 'found on reading, fetched anew' };
}

/** A bit of the trust database, at places spread over all of its pages. */
async function rotDatabase(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const before = await judgeStore(ground.data, new Map());
  const file = join(ground.data, 'trust.sqlite');
  const sound = await readFile(file);
  let refused = 0;
  const PLACES = 40;
  for (let place = 0; place < PLACES; place++) {
    const rotten = Buffer.from(sound);
    const at = Math.floor((place * sound.length) / PLACES) + ((place * 131) % 97);
    rotten[at] = (rotten[at] ?? 0) ^ (1 << (place % 8));
    await writeFile(file, rotten);
    const run = await ground.command(['trust', 'list', '--json']);
    if (run.exit === OWN_STATE) refused += 1;
    else if (run.exit !== 0 || !run.stdout.includes(good.sha256))
      faults.push(`byte ${at}: exit ${String(run.exit)}: ${run.stdout}${run.stderr}`);
    await rm(`${file}-wal`, { force: true });
    await rm(`${file}-shm`, { force: true });
  }
  await writeFile(file, sound);
  faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
  const figure = `${PLACES} places: ${refused} refused as E-STATE, the others right`;
  return { faults, figure };
}

/** A run was killed, and its write-ahead log rots: what it held is missed, not forgotten. */
async function rotLog(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const other = ground.publish({ name: 'other', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const file = join(ground.data, 'trust.sqlite');
  let log = Buffer.alloc(0);
  const keep = async (): Promise<void> => {
    const held = await readFile(`${file}-wal`).catch(() => Buffer.alloc(0));
    if (held.length > log.length) log = held;
  };
  // The log is gone once the last process closes the store, so it is copied while one is at work.
  const timer = setInterval(() => void keep(), 5);
  const sound = await readFile(file);
  const run = await ground.download(['good', 'other']);
  clearInterval(timer);
  faults.push(...judgeEnd(run, [0]), ...judgeHandedOut(run, [good, other]));
  if (log.length < 100) return { faults: [...faults, 'no log was seen'], figure: '' };
  log[100] = (log[100] ?? 0) ^ 1;
  await writeFile(file, sound);
  await writeFile(`${file}-wal`, log, { mode: 0o600 });
  const after = await ground.download(['good']);
  faults.push(...judgeEnd(after, [OWN_STATE], [/WP-STATE-DAMAGED/u]));
  return { faults, figure: 'lost commits are refused as E-STATE' };
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

async function flip(path: string, place: number): Promise<void> {
  const bytes = await readFile(path);
  const at = place % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (place % 8));
  await writeFile(path, bytes);
}

export const R18: Fault = {
  id: 'R18',
  title: 'bits rot on the disk',
  forms: [
    { name: 'one bit in each of 1,000 stored files', play: rotBlobs },
    { name: 'one bit in a stored file, nobody looked', quick: true, play: rotUnnoticed },
    { name: 'one bit in the trust database', play: rotDatabase },
    { name: 'one bit in its write-ahead log', quick: true, play: rotLog },
  ],
};
