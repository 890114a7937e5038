// SPDX-License-Identifier: Apache-2.0
import { hash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { KeptWheel, TreeLook, TreeLooks } from '../core/kept-wheel.ts';
import { MAX_POINTER_BYTES } from '../core/limits.ts';
import { isKeepable } from './kept-wheel-list.ts';
import { readSmallFile } from './plain-file.ts';
import { ensurePrivateDirectory } from './private-directory.ts';

/** What became of a wheel that was to be used: it lies ready, was changed meanwhile, or is not there. */
export type BroughtIn = 'ready' | 'changed' | 'absent';

/** A wheel that an installer's cache holds, unpacked in this run. */
export interface UnpackedWheel {
  readonly project: string;
  readonly pointer: string;
  /** What the installer wrote down of it; it names the wheel's digest among other things. */
  readonly text: string;
  readonly tree: string;
  readonly look: Promise<TreeLook | null>;
}

/** Unpacked wheels between the runs that use them; in a run, they lie in that run's own cache. */
export interface KeptTrees {
  /** Puts a wheel into a run's cache, if nothing of it has changed since it was put away. */
  bringIn(wheel: KeptWheel, cache: string): Promise<BroughtIn>;
  /**
   * Puts it away again, whatever the run has done with it: that is found out before it is used the
   * next time. @returns `false` where it is gone.
   */
  takeBack(wheel: KeptWheel, cache: string): boolean;
  /** What lies in a run's cache and is found there by the installer's own means. */
  unpackedIn(cache: string, besides: readonly KeptWheel[]): readonly UnpackedWheel[];
  /** Puts a wheel of a run's cache away; `null` where that cannot be. */
  putAway(wheel: Omit<KeptWheel, 'pointerSha256' | 'folder'>, cache: string): KeptWheel | null;
  remove(wheel: KeptWheel): Promise<void>;
}

const TREE = 'tree';
const POINTER = 'pointer';

/** @param root a folder on the file system of the caches; made where there is none. */
export function openKeptTrees(root: string, looks: TreeLooks): KeptTrees {
  const placeOf = ({ folder }: Pick<KeptWheel, 'folder'>): string => join(root, folder);
  return {
    async bringIn(wheel, cache) {
      const from = join(placeOf(wheel), TREE);
      const pointer = readSmallFile(join(placeOf(wheel), POINTER), MAX_POINTER_BYTES);
      // Another run that uses it has it with itself.
      if (pointer === null || !isThere(from)) return 'absent';
      if (hash('sha256', pointer, 'hex') !== wheel.pointerSha256) return 'changed';
      const look = await looks.look(from, wheel.entries);
      if (look?.stamp !== wheel.stamp) return isThere(from) ? 'changed' : 'absent';
      try {
        const [tree, at] = [join(cache, wheel.tree), join(cache, wheel.pointer)];
        for (const path of [tree, at]) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        renameSync(from, tree);
        // Its pointer comes last, and whole: what is not pointed at, is not there.
        writeFileSync(`${at}.draft`, pointer, { mode: 0o600, flag: 'wx' });
        renameSync(`${at}.draft`, at);
        return 'ready';
      } catch {
        return 'absent';
      }
    },
    takeBack: (wheel, cache) => moved(join(cache, wheel.tree), join(placeOf(wheel), TREE)),
    unpackedIn: (cache, besides) =>
      unpackedIn(cache, new Set(besides.map(({ tree }) => tree)), (tree) =>
        looks.look(join(cache, tree)),
      ),
    putAway(unpacked, cache) {
      const pointer = readSmallFile(join(cache, unpacked.pointer), MAX_POINTER_BYTES);
      if (pointer === null) return null;
      const folder = randomBytes(16).toString('hex');
      const wheel = { ...unpacked, folder, pointerSha256: hash('sha256', pointer, 'hex') };
      if (!isKeepable(wheel)) return null;
      try {
        ensurePrivateDirectory(root);
        mkdirSync(placeOf(wheel), { mode: 0o700 });
        writeFileSync(join(placeOf(wheel), POINTER), pointer, { mode: 0o600, flag: 'wx' });
        return moved(join(cache, wheel.tree), join(placeOf(wheel), TREE)) ? wheel : null;
      } catch {
        return null; // it is unpacked anew the next time
      }
    },
    async remove(wheel) {
      await rm(placeOf(wheel), { recursive: true, force: true }).catch(() => undefined);
    },
  };
}

function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // as documented: there is nothing
  }
}

/** A pointer's own form is the installer's matter: the one tree that it names is its tree. */
function unpackedIn(
  cache: string,
  besides: ReadonlySet<string>,
  look: (tree: string) => Promise<TreeLook | null>,
): readonly UnpackedWheel[] {
  const trees = treesIn(cache).filter(({ tree }) => !besides.has(tree));
  const found: UnpackedWheel[] = [];
  for (const { project, pointer } of pointersIn(cache)) {
    const bytes = readSmallFile(join(cache, pointer), MAX_POINTER_BYTES);
    const text = bytes?.toString('latin1') ?? '';
    const [one, another] = trees.filter(({ id }) => text.includes(id));
    if (one === undefined || another !== undefined) continue;
    const { tree } = one;
    found.push({ project, pointer, text, tree, look: look(tree) });
  }
  return found;
}

function treesIn(cache: string): readonly { readonly id: string; readonly tree: string }[] {
  const buckets = namesIn(cache).filter((name) => /^archive-v\d+$/u.test(name));
  return buckets.flatMap((bucket) =>
    namesIn(join(cache, bucket)).map((id) => ({ id, tree: `${bucket}/${id}` })),
  );
}

function pointersIn(
  cache: string,
): readonly { readonly project: string; readonly pointer: string }[] {
  const below = (folder: string): readonly string[] =>
    namesIn(join(cache, folder)).map((name) => `${folder}/${name}`);
  const buckets = namesIn(cache).filter((name) => /^wheels-v\d+$/u.test(name));
  const indexes = buckets.flatMap((bucket) => [`${bucket}/pypi`, ...below(`${bucket}/index`)]);
  return indexes
    .flatMap(below)
    .flatMap((folder) => below(folder).map((pointer) => ({ project: basename(folder), pointer })))
    .filter(({ pointer }) => pointer.endsWith('.http'));
}
