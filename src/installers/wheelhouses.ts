// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Route } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import { has, type Scan } from './argument-scan.ts';
import { isRemote } from './addresses.ts';

const LINKS = '--find-links';
const COMMAND_LINE = 'command line';

/** A folder of distributions that is all there is to install from. */
interface NamedFolder {
  readonly path: string;
  /** As it was typed. */
  readonly value: string;
}

/**
 * Folders that stand in for every index: `--no-index --find-links FOLDER` on the command line. Beside
 * an index a folder is refused, since it would decide what the index is not asked for.
 */
export async function wheelhousesIn(
  machine: Pick<Machine, 'kindOf'>,
  scan: Scan,
  directory: string,
): Promise<readonly NamedFolder[]> {
  if (!has(scan, '--no-index')) return [];
  const folders: NamedFolder[] = [];
  for (const { name, value } of scan.options) {
    if (name !== LINKS || value === null || isRemote(value)) continue;
    const path = placeOf(value, directory);
    if (path !== null && (await machine.kindOf(path)) === 'directory')
      folders.push({ path, value });
  }
  return folders;
}

/** What is not held as a folder: the rest is judged as anywhere. */
export function withoutWheelhouses(
  options: readonly StatedOption[],
  folders: readonly NamedFolder[],
): readonly StatedOption[] {
  return options.filter(
    ({ name, value, where }) =>
      name !== LINKS || where !== COMMAND_LINE || !folders.some((one) => one.value === value),
  );
}

/** Where the files that were judged lie, for the folder at this place of the list. */
export function judgedFolder(passingDirectory: string, at: number): string {
  return join(passingDirectory, `wheelhouse-${at}`);
}

/** The arguments with each folder's judged copy in its place. */
export function withJudgedFolders(
  argv: readonly string[],
  { options }: Scan,
  folders: readonly NamedFolder[],
  { passingDirectory }: Pick<Route, 'passingDirectory'>,
): readonly string[] {
  const replaced = [...argv];
  for (const { name, value, index } of options) {
    const at = folders.findIndex((one) => one.value === value);
    if (name !== LINKS || value === null || at < 0) continue;
    const copy = judgedFolder(passingDirectory, at);
    const word = argv[index] ?? '';
    const isAttached = word.startsWith('--') ? word.includes('=') : /^-[^-]*?f=?./u.test(word);
    if (isAttached) replaced[index] = word.slice(0, word.length - value.length) + copy;
    else replaced[index + 1] = copy;
  }
  return replaced;
}

function placeOf(value: string, directory: string): string | null {
  if (!/^file:/iu.test(value)) return resolve(directory, value);
  try {
    return fileURLToPath(value);
  } catch {
    return null; // of another machine: refused with the rest
  }
}
