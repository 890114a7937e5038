// SPDX-License-Identifier: Apache-2.0
import { readdir, lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { Refusal } from '../core/errors.ts';
import { CACHE_LIMIT_BYTES, CACHE_LOOK_MS, GIB, KIB, MIB } from '../core/limits.ts';
import type { Places } from '../host/index.ts';
import { collectGarbage, listKept, type Kept, type KeptPlaces } from '../storage/index.ts';
import { openBlobs } from './wire.ts';

export interface CacheContext {
  readonly places: Places;
  readonly clock: Clock;
}

export interface CacheIo {
  out(text: string): void;
}

interface Json {
  readonly json?: true;
}

function keptPlaces({ data, cache }: Places): KeptPlaces {
  return { blobs: join(data, 'blobs'), installers: join(cache, 'installers') };
}

/** How much lies where. */
export async function showStatus({ places }: CacheContext, io: CacheIo, options: Json) {
  const found = keptPlaces(places);
  const kept = await listKept(found);
  const blobs = sumOf(kept.filter(({ kind }) => kind === 'blob'));
  const caches = sumOf(kept.filter(({ kind }) => kind === 'epoch'));
  const epochs = kept.filter(({ kind }) => kind === 'epoch').length;
  const quarantine = await sumOfFolder(join(found.blobs, 'quarantine'));
  const pagesFolder = join(places.data, 'pages');
  const pages = await sumOfFolder(pagesFolder);
  const limit = CACHE_LIMIT_BYTES;
  if (options.json === true) {
    const json = { limit, blobs, caches: { ...caches, epochs }, pages, quarantine };
    io.out(`${JSON.stringify(json)}\n`);
    return;
  }
  const row = (what: string, { files, bytes }: Sum, where: string): string =>
    `${what.padEnd(18)} ${String(files).padStart(7)} files ${inWords(bytes).padStart(10)}  ${where}\n`;
  io.out(row('verified bytes', blobs, found.blobs));
  io.out(
    row(
      'installers caches',
      caches,
      `${found.installers} (${epochs} ${epochs === 1 ? 'policy' : 'policies'})`,
    ),
  );
  io.out(row('kept pages', pages, pagesFolder));
  io.out(row('quarantine', quarantine, join(found.blobs, 'quarantine')));
  const share = Math.round(((blobs.bytes + caches.bytes) / limit) * 100);
  io.out(`${inWords(blobs.bytes + caches.bytes)} of ${inWords(limit)} (${share} %)\n`);
}

/**
 * Reads every verified file and compares it with its address; a damaged one is set aside. An empty
 * one is what a power cut leaves of a file that the disk had not taken yet: no damage of the disk's.
 * @throws Refusal `WP-STATE-DAMAGED` where there was one.
 */
export async function checkBytes({ places }: CacheContext, io: CacheIo, options: Json) {
  const blobs = await openBlobs(places);
  const damaged: string[] = [];
  let sound = 0;
  let empty = 0;
  for (const { kind, name, path, bytes } of await listKept(keptPlaces(places))) {
    if (kind !== 'blob') continue;
    const found = await blobs.check(path);
    if (found === 'sound') sound += 1;
    else if (found === 'damaged' && bytes === 0) empty += 1;
    else if (found === 'damaged') damaged.push(name);
  }
  if (options.json === true) io.out(`${JSON.stringify({ sound, empty, damaged })}\n`);
  else {
    for (const name of damaged) io.out(`damaged: sha256:${name}\n`);
    if (empty > 0) io.out(`${empty} empty ones, as a power cut leaves them, were set aside.\n`);
    io.out(`${sound} verified files are as they were.\n`);
  }
  if (damaged.length === 0) return;
  throw new Refusal('WP-STATE-DAMAGED', {
    message: `${damaged.length} of ${sound + empty + damaged.length} files in ${keptPlaces(places).blobs} were no longer what their address says`,
    hint: 'Nothing to do: they lie in quarantine and are fetched anew when they are asked for. If it happens again without a power cut, look at the disk.',
  });
}

export async function collect(
  { places, clock }: CacheContext,
  io: CacheIo,
  options: Json & { readonly limit?: string },
) {
  const limit = options.limit === undefined ? CACHE_LIMIT_BYTES : parseSize(options.limit);
  const freed = await collectGarbage(keptPlaces(places), limit, clock.now());
  const { before, after, removed } = freed;
  if (options.json === true) {
    const names = removed.map(({ kind, name, bytes }) => ({ kind, name, bytes }));
    io.out(`${JSON.stringify({ limit, before, after, removed: names })}\n`);
    return;
  }
  const epochs = removed.filter(({ kind }) => kind === 'epoch').length;
  io.out(
    `Removed ${removed.length - epochs} verified files and the caches of ${epochs} policies; ` +
      `${inWords(after)} of at most ${inWords(limit)} are kept.\n`,
  );
}

/**
 * Once a day, at the end of a run; the first run of all has a day's time, since what it fetched is
 * all there is. What cannot be tidied now is no reason to fail a run.
 */
export async function keepCachesBounded({ places, clock }: CacheContext): Promise<void> {
  try {
    const stamp = join(places.cache, 'last-look');
    const looked = await lstat(stamp).catch(() => null); // never yet
    if (looked !== null && Math.abs(clock.now() - looked.mtimeMs) < CACHE_LOOK_MS) return;
    await writeFile(stamp, '', { mode: 0o600 });
    if (looked !== null) await collectGarbage(keptPlaces(places), CACHE_LIMIT_BYTES, clock.now());
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
  }
}

/** @throws Refusal `WP-USAGE` */
function parseSize(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})(KiB|MiB|GiB)$/u.exec(text) ?? [];
  const factor = new Map([
    ['KiB', KIB],
    ['MiB', MIB],
    ['GiB', GIB],
  ]).get(unit);
  if (text === '0') return 0;
  if (factor !== undefined) return Number(count) * factor;
  throw new Refusal('WP-USAGE', {
    message: `--limit: expected a size such as 500MiB, 10GiB or 0, found "${text.slice(0, 40)}"`,
  });
}

interface Sum {
  readonly files: number;
  readonly bytes: number;
}

function sumOf(kept: readonly Kept[]): Sum {
  return {
    files: kept.reduce((sum, { files }) => sum + files, 0),
    bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function sumOfFolder(folder: string): Promise<Sum> {
  const names = await readdir(folder).catch(() => []); // not there yet
  const stats = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => null)));
  return { files: names.length, bytes: stats.reduce((sum, one) => sum + (one?.size ?? 0), 0) };
}

function inWords(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`;
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${Math.ceil(bytes / KIB)} KiB`;
}
