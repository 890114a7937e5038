// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Bytecode that any Python start may write, and uv's empty lock file, install nothing. */
const IGNORED = new Set(['__pycache__', '.lock']);

/** One digest over every path, mode and byte below a folder. */
export async function treeHash(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await pathsBelow(root)).toSorted()) {
    const found = await lstat(path);
    hash.update(`${relative(root, path)}\0${found.mode.toString(8)}\0`);
    if (found.isSymbolicLink()) hash.update(await readlink(path));
    else if (found.isFile()) hash.update(await readFile(path));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** Every file and folder below, but for those. */
export async function pathsBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const kept = entries.filter((entry) => !IGNORED.has(entry.name));
  const nested = await Promise.all(
    kept.map(async (entry) => {
      const path = join(root, entry.name);
      return entry.isDirectory() ? [path, ...(await pathsBelow(path))] : [path];
    }),
  );
  return nested.flat();
}
