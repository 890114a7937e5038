// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIB } from '../../src/core/limits.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { openGateHall, type Answer } from './gate-hall.ts';
import { judgeEnd, judgeHandedOut, judgeStore } from './invariants.ts';
import { sweep } from './R04-io-errors.ts';
import { FULL_SIGNED_INDEX } from './R05-full-signed-index.ts';
import { openSmallDisk, type SmallDisk } from './small-disk.ts';

const OWN_STATE = 21;
const DISK_MIB = 64;

/** Text of a length that does not compress away in a stored wheel, and is the same each time. */
export function noise(bytes: number): string {
  const blocks: string[] = [];
  for (let at = 0; at < bytes; at += 64)
    blocks.push(createHash('sha256').update(String(at)).digest('hex'));
  return blocks.join('').slice(0, bytes);
}

/** A disk of 64 MiB: what fits passes, what does not is refused in words, and space that returns is enough. */
async function fillSmallDisk(ground: Ground): Promise<Played> {
  await mkdir(ground.data, { recursive: true, mode: 0o700 });
  await using disk = await openSmallDisk(ground.data, DISK_MIB);
  const how = { before: disk.inside };
  const small = ground.publish({
    name: 'small',
    version: '1.0',
    files: { 'small/x.txt': noise(8 * MIB) },
  });
  const large = ground.publish({
    name: 'large',
    version: '1.0',
    files: { 'large/x.txt': noise(30 * MIB) },
  });
  const fat = ground.publish({
    name: 'fat',
    version: '1.0',
    files: { 'fat/x.txt': noise(40 * MIB) },
  });
  const published = [small, large, fat];
  const faults: string[] = [];
  const first = await ground.download(['small'], how);
  faults.push(...judgeEnd(first, [0]), ...judgeHandedOut(first, published));
  const before = await judgeStore(await seen(ground, disk), new Map());
  const ballast = join(disk.seenFromHere, 'ballast');
  await writeFile(ballast, Buffer.alloc(30 * MIB));

  const places = [/free/u, /wheelproof/u];
  for (const name of ['large', 'fat']) {
    // Up to 32 MiB a file is held whole; the other one streams while it comes.
    const refused = await ground.download([name], how);
    faults.push(...judgeEnd(refused, [OWN_STATE], places), ...judgeHandedOut(refused, published));
    if (refused.got.size > 0) faults.push(`${name} came through on a full disk`);
  }
  const known = await ground.download(['small'], how);
  faults.push(...judgeEnd(known, [0]), ...judgeHandedOut(known, published));
  if (known.got.size !== 1) faults.push('a file that is there was not handed out');
  const during = await judgeStore(await seen(ground, disk), before.remembered);
  faults.push(...during.faults);

  await rm(ballast);
  const began = performance.now();
  const again = await ground.download(['large'], how);
  const seconds = (performance.now() - began) / 1000;
  faults.push(...judgeEnd(again, [0]), ...judgeHandedOut(again, published));
  faults.push(...(await judgeStore(await seen(ground, disk), before.remembered)).faults);
  return { faults, figure: `works again in the very next run (${seconds.toFixed(1)} s)` };
}

const RETURNS_WITHIN_MS = 5_000;

/** One gate that stays open: what it refused for want of space stays refused, the next file comes. */
async function waitForSpace(ground: Ground): Promise<Played> {
  await mkdir(ground.data, { recursive: true, mode: 0o700 });
  await using disk = await openSmallDisk(ground.data, DISK_MIB);
  const [first, second] = ['first', 'second'].map((name) =>
    ground.publish({ name, version: '1.0', files: { [`${name}/x.txt`]: noise(20 * MIB) } }),
  );
  if (first === undefined || second === undefined) throw new Error('nothing is published');
  const faults: string[] = [];
  await using hall = await openGateHall(ground, disk.inside);
  const client = hall.client();
  const accept = 'application/vnd.pypi.simple.v1+json';
  const get = async ({ filename }: BuiltFile): Promise<Answer> =>
    await client.get(`${ground.world.origin(FILES)}/packages/${filename}`);
  for (const name of ['first', 'second'])
    await client.get(`${ground.world.index}${name}/`, { accept });
  const ballast = join(disk.seenFromHere, 'ballast');
  await writeFile(ballast, Buffer.alloc(50 * MIB));
  const full = await get(first);
  if (full.status === 200) faults.push('a file came through on a full disk');
  await rm(ballast);
  const began = performance.now();
  const came = await get(second);
  const milliseconds = Math.round(performance.now() - began);
  if (came.sha256 !== second.sha256) faults.push(`${came.status} after space had returned`);
  if (milliseconds > RETURNS_WITHIN_MS) faults.push('space was not noticed in time');
  // A verdict is final for its run: the report that was given must stay true.
  const again = await get(first);
  if (again.status !== full.status) faults.push(`first ${full.status}, then ${again.status}`);
  await client.close();
  return { faults, figure: `the next file came ${milliseconds} ms after (bound 5000)` };
}

/** A copy of the store: SQLite opens nothing through another namespace's door. */
async function seen(ground: Ground, disk: SmallDisk): Promise<string> {
  const copy = join(ground.environment.root, 'seen');
  await rm(copy, { recursive: true, force: true });
  await cp(disk.seenFromHere, copy, {
    recursive: true,
    filter: (path) => !path.endsWith('ballast'),
  });
  await chmod(copy, 0o700);
  return copy;
}

/** The last twentieth is kept for the store's own rows: no new file, but verdicts on known ones. */
async function stopBeforeTheEnd(ground: Ground): Promise<Played> {
  await mkdir(ground.data, { recursive: true, mode: 0o700 });
  await using disk = await openSmallDisk(ground.data, DISK_MIB);
  const how = { before: disk.inside };
  const known = ground.publish({ name: 'known', version: '1.0' });
  const fresh = ground.publish({ name: 'fresh', version: '1.0' });
  const published = [known, fresh];
  const first = await ground.download(['known'], how);
  const faults = judgeEnd(first, [0]);
  const reserve = (DISK_MIB * MIB) / 20;
  const ballast = join(disk.seenFromHere, 'ballast');
  await writeFile(ballast, Buffer.alloc((await disk.free()) - reserve + 256 * 1024));
  const refused = await ground.download(['fresh'], how);
  faults.push(
    ...judgeEnd(refused, [OWN_STATE], [/kept free/u]),
    ...judgeHandedOut(refused, published),
  );
  const served = await ground.download(['known'], how);
  faults.push(...judgeEnd(served, [0]), ...judgeHandedOut(served, published));
  await rm(ballast);
  const again = await ground.download(['fresh'], how);
  faults.push(...judgeEnd(again, [0]), ...judgeHandedOut(again, published));
  return { faults, figure: 'stops at 5 % free; known files go on' };
}

export const R05: Fault = {
  id: 'R05',
  title: 'the disk is full',
  forms: [
    {
      name: 'write: ENOSPC',
      needs: ['strace'],
      play: (ground) =>
        sweep(ground, { call: 'pwrite64', error: 'ENOSPC', exits: [0, OWN_STATE], step: 3 }),
    },
    { name: 'a disk of 64 MiB', needs: ['mounts'], play: fillSmallDisk },
    { name: 'space returns under an open gate', needs: ['mounts'], play: waitForSpace },
    { name: 'low-space stop', needs: ['mounts'], quick: true, play: stopBeforeTheEnd },
    ...FULL_SIGNED_INDEX,
  ],
};
