// SPDX-License-Identifier: Apache-2.0
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CACHE_IN_USE_MS } from '../core/limits.ts';
import { isAddress, isOlderFolder } from './blob-places.ts';
import { diskRefusal, errorCode } from './disk-refusal.ts';

/** What is kept for speed alone: verified bytes, and the installers' private caches. */
export interface KeptPlaces {
  /** The blob store's folder. */
  readonly blobs: string;
  /** `<policy>/<installer>` below it. */
  readonly installers: string;
}

/** One thing that may go as a whole. */
export interface Kept {
  readonly kind: 'blob' | 'epoch';
  /** The sha256 of a blob; the name of a policy epoch. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
  /** When it was last written or (as far as the file system tells) read; milliseconds since 1970. */
  readonly usedAt: number;
}

export interface Freed {
  readonly before: number;
  readonly after: number;
  readonly removed: readonly Kept[];
}

/**
 * Everything that may go, in the order in which it goes: caches of policies that are no longer in
 * force before the newest one's, oldest first; then verified bytes, oldest first. The caches never
 * outlive the bytes, with which what comes out of them is compared after the install.
 * @throws Refusal `WP-STATE-DISK`
 */
export async function listKept(places: KeptPlaces): Promise<readonly Kept[]> {
  try {
    const epochs = await Promise.all(
      (await namesIn(places.installers)).map((name) => measureEpoch(places.installers, name)),
    );
    const blobs: Kept[] = [];
    const root = join(places.blobs, 'sha256');
    for (const path of await blobPathsIn(root)) {
      const found = await statsOf(path);
      if (found === null) continue;
      const usedAt = Math.max(found.mtimeMs, found.atimeMs);
      blobs.push({ kind: 'blob', name: basename(path), path, bytes: found.size, files: 1, usedAt });
    }
    const newest = epochs.reduce((latest, { usedAt }) => Math.max(latest, usedAt), 0);
    const byAge = (a: Kept, b: Kept): number => a.usedAt - b.usedAt;
    const current = epochs.filter(({ usedAt }) => usedAt === newest);
    const old = epochs.filter(({ usedAt }) => usedAt !== newest);
    return [...old.sort(byAge), ...current, ...blobs.sort(byAge)];
  } catch (thrown) {
    throw diskRefusal(thrown, `looking into ${places.blobs} and ${places.installers}`);
  }
}

/**
 * Removes what is oldest until no more than `limitBytes` are kept. What was used in the last
 * CACHE_IN_USE_MS stays: a run may be at work with it. Everything removed is fetched anew when it
 * is asked for; the trust store, and so what is remembered of a file, is not touched.
 * @throws Refusal `WP-STATE-DISK`
 */
export async function collectGarbage(
  places: KeptPlaces,
  limitBytes: number,
  now: number,
): Promise<Freed> {
  const kept = await listKept(places);
  const before = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed: Kept[] = [];
  let after = before;
  for (const one of kept) {
    if (after <= limitBytes) break;
    if (now - one.usedAt < CACHE_IN_USE_MS) continue;
    try {
      await rm(one.path, { recursive: true, force: true });
    } catch (thrown) {
      throw diskRefusal(thrown, `removing ${one.path}`);
    }
    removed.push(one);
    after -= one.bytes;
  }
  return { before, after, removed };
}

async function measureEpoch(folder: string, name: string): Promise<Kept> {
  const path = join(folder, name);
  let bytes = 0;
  let files = 0;
  let usedAt = (await statsOf(path))?.mtimeMs ?? 0;
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(absent);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await statsOf(join(entry.parentPath, entry.name));
    if (found === null) continue;
    bytes += found.size;
    files += 1;
    usedAt = Math.max(usedAt, found.mtimeMs, found.atimeMs);
  }
  return { kind: 'epoch', name, path, bytes, files, usedAt };
}

/** What has another name is nothing that was put there to be found again, and stays. */
async function blobPathsIn(root: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const name of await namesIn(root)) {
    const path = join(root, name);
    if (isAddress(name)) paths.push(path);
    if (!isOlderFolder(name)) continue;
    paths.push(...(await namesIn(path)).filter(isAddress).map((inside) => join(path, inside)));
  }
  return paths;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(absent);
}

async function statsOf(path: string) {
  return await lstat(path).catch((thrown: unknown) => {
    if (errorCode(thrown) === 'ENOENT') return null; // another run has just removed it
    throw thrown;
  });
}

function absent(thrown: unknown): never[] {
  if (errorCode(thrown) === 'ENOENT' || errorCode(thrown) === 'ENOTDIR') return [];
  throw thrown;
}
