// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStagedFolder } from '../../src/storage/index.ts';
import { TufClient } from '../../src/tuf/index.ts';
import { SignedIndex } from '../world/signed-index.ts';
import { TufStore } from '../world/tuf-repository.ts';
import { makeWheel } from '../world/wheel.ts';
import type { FaultForm, Played } from './fault.ts';
import type { Ground, Run } from './ground.ts';
import { judgeEnd, judgeHandedOut } from './invariants.ts';
import { openSmallDisk } from './small-disk.ts';

const OWN_STATE = 21;
const PAGE = 4_096;
/** More than one publish writes. */
const MOST_PAGES = 64;

const PASSPHRASE = { WHEELPROOF_TUF_PASSPHRASE: 'a long passphrase' };

/** What a client that was there before sees of a path; throws whatever it refuses. */
async function sees(metadata: string, store: TufStore, path: string): Promise<boolean> {
  const files = await openStagedFolder(metadata);
  const root = await files.read('1.root.json');
  if (root !== null && (await store.load('root')) === null) await store.save('root', root);
  const source = { fetch: async (name: string) => await files.read(name) };
  const client = await TufClient.open({ source, store, now: Date.now() });
  await client.refresh();
  return (await client.findTarget(path)) !== null;
}

/** The disk of the repository is full after one page, after two, … until a publish finds room. */
async function publishOnFullDisk(ground: Ground): Promise<Played> {
  const repository = join(ground.environment.root, 'repo');
  const { directory } = ground.environment;
  await mkdir(repository);
  await using disk = await openSmallDisk(repository, 4);
  const how = { before: disk.inside, variables: PASSPHRASE };
  const tuf = async (...words: readonly string[]): Promise<Run> =>
    await ground.command(['tuf', ...words], how);
  const at = (name: string): string => join(directory, name);
  const faults: string[] = [];
  for (const name of ['root.key', 'online.key'])
    faults.push(...judgeEnd(await tuf('key', at(name)), [0]));
  const keys = ['--root-key', at('root.key'), '--online-key', at('online.key'), '--bits', '1'];
  faults.push(...judgeEnd(await tuf('init', repository, ...keys), [0]));
  const metadata = join(disk.seenFromHere, 'public/metadata');
  const store = new TufStore();
  const ballast = join(disk.seenFromHere, 'ballast');
  let refused = 0;
  let pages = 0;
  for (let done = false; !done && pages < MOST_PAGES && faults.length === 0; pages += 1) {
    const wheel = makeWheel({ name: 'good', version: `1.${pages}` });
    await writeFile(at(wheel.filename), wheel.bytes);
    faults.push(...judgeEnd(await tuf('add', repository, at(wheel.filename)), [0]));
    const path = `packages/good/${wheel.filename}`;
    await writeFile(ballast, Buffer.alloc((await disk.free()) - pages * PAGE));
    const full = await tuf('publish', repository);
    faults.push(...judgeEnd(full, [0, OWN_STATE]));
    done = full.exit === 0;
    if (!done) refused += 1;
    // Refused after the last rename, it is signed, and only not shown yet; but it can be read.
    const isSigned = await sees(metadata, store, path);
    if (done && !isSigned) faults.push(`${pages} pages: told as published, and it is not`);
    await rm(ballast);
    faults.push(...judgeEnd(await tuf('publish', repository), [0]));
    if (!(await sees(metadata, store, path)))
      faults.push(`${pages} pages: not published afterwards`);
    faults.push(...judgeEnd(await tuf('verify', repository), [0]));
  }
  if (refused === 0) faults.push('the disk was never full');
  return { faults, figure: `${refused} times full, refused in words, published right after` };
}

/** What is trusted of an index cannot be written: nothing is believed that could not be kept. */
async function trustOnFullDisk(ground: Ground): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const other = ground.publish({ name: 'other', version: '1.0' });
  const index = new SignedIndex(ground.world);
  index.sign();
  const { directory } = ground.environment;
  await writeFile(join(directory, 'root.json'), index.root);
  const table = `[[index]]\nurl = "${ground.world.index}"\ntuf-root = "root.json"\n`;
  await writeFile(join(directory, 'wheelproof.toml'), table);
  const folder = join(ground.data, 'tuf');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await using disk = await openSmallDisk(folder, 1);
  const how = { before: disk.inside };
  const faults = judgeEnd(await ground.download(['good'], how), [0]);
  const ballast = join(disk.seenFromHere, 'ballast');
  await writeFile(ballast, Buffer.alloc(await disk.free()));
  index.sign();
  const full = await ground.download(['other'], how);
  faults.push(...judgeEnd(full, [OWN_STATE]), ...judgeHandedOut(full, [good, other]));
  if (full.got.size > 0) faults.push('a file came under metadata that could not be kept');
  const [place = ''] = (await readdir(disk.seenFromHere)).filter((name) => name !== 'ballast');
  const left = (await readdir(join(disk.seenFromHere, place))).filter((name) =>
    name.endsWith('.new'),
  );
  if (left.length > 0) faults.push(`left behind: ${left.join(', ')}`);
  await rm(ballast);
  const again = await ground.download(['other'], how);
  faults.push(...judgeEnd(again, [0]), ...judgeHandedOut(again, [good, other]));
  return { faults, figure: `exit ${String(full.exit)}, then 0` };
}

export const FULL_SIGNED_INDEX: readonly FaultForm[] = [
  {
    name: 'of a signed index, at each page of a publish',
    needs: ['mounts'],
    play: publishOnFullDisk,
  },
  { name: 'where the trusted metadata lies', needs: ['mounts'], play: trustOnFullDisk },
];
