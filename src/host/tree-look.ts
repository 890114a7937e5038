// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import type { TreeLook } from '../core/kept-wheel.ts';
import { MAX_ARCHIVE_ENTRIES } from '../core/limits.ts';
import { tellsEachChange } from './honest-times.ts';

/**
 * Looks at a folder and all that lies below it. Of the folder itself only which one it is counts,
 * since to move it is no change of what it holds.
 *
 * @returns `null` where it is no folder, holds other things than folders and files, or too many; or
 *   where it lies on a file system that does not tell of each change.
 */
export function lookAtTree(root: string, isHonest = tellsEachChange): TreeLook | null {
  try {
    const top = lstatSync(root, { bigint: true });
    if (!top.isDirectory() || !isHonest(root)) return null;
    const lines = [`${top.mode} ${top.dev} ${top.ino}`];
    const files: { readonly path: string; readonly size: bigint }[] = [];
    let changedAt = 0n;
    const open = [''];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      for (const name of readdirSync(root + folder)) {
        const path = `${folder}/${name}`;
        const found = lstatSync(root + path, { bigint: true });
        if (found.dev !== top.dev) return null; // another file system, of which nothing is known
        lines.push(lineOf(path, found));
        if (found.isDirectory()) open.push(path);
        else if (found.isFile()) files.push({ path: path.slice(1), size: found.size });
        else return null;
        if (found.ctimeNs > changedAt) changedAt = found.ctimeNs;
      }
      if (lines.length > MAX_ARCHIVE_ENTRIES) return null;
    }
    return {
      stamp: hash('sha256', lines.sort().join('\n'), 'hex'),
      contents: contentsOf(files),
      changedAt: Number(changedAt) / 1e6,
      entries: lines.length,
    };
  } catch {
    return null; // gone, or not to be read: as if it were not there
  }
}

/** A name may hold whatever a file system takes: it comes last, and a line ends nowhere else. */
function lineOf(path: string, found: BigIntStats): string {
  const { mode, dev, ino, size, mtimeNs, ctimeNs } = found;
  return `${mode} ${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs} ${JSON.stringify(path)}`;
}

/** Which files a tree holds, and how large they are. */
export function contentsOf(
  files: readonly { readonly path: string; readonly size: number | bigint }[],
): string {
  const lines = files.map(({ path, size }) => `${size} ${path}`).sort();
  return hash('sha256', lines.join('\n'), 'hex');
}
