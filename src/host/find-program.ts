// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Environment } from '../core/machine.ts';

/**
 * The program that a shell would start for `word`, absolute; where PATH holds none, the one beside
 * the active interpreter. A word with a slash is a path, as given.
 */
export async function findProgram(
  word: string,
  environment: Environment,
  directory: string,
): Promise<string | null> {
  if (word === '' || word.includes('\0')) return null;
  if (word.includes('/')) {
    const path = isAbsolute(word) ? word : resolve(directory, word);
    return (await isProgram(path)) ? path : null;
  }
  for (const folder of foldersSearched(environment, directory)) {
    const path = join(folder, word);
    if (await isProgram(path)) return path;
  }
  return null;
}

function foldersSearched(environment: Environment, directory: string): readonly string[] {
  const onPath = (environment['PATH'] ?? '').split(':');
  const active = [environment['VIRTUAL_ENV'], environment['CONDA_PREFIX']]
    .filter((root) => root !== undefined && root !== '')
    .map((root) => join(String(root), 'bin'));
  // POSIX: an empty entry of PATH is the working directory; an absent PATH is none.
  const path = environment['PATH'] === undefined ? [] : onPath;
  return [...path, ...active].map((folder) => resolve(directory, folder));
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false; // absent or not executable: not a program
  }
}
