// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writevSync,
} from 'node:fs';

/** Never through a link (attack K15), never waiting for a pipe's other end. */
export const TO_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * What a plain file of at most so many bytes holds; `null`: there is none, or it is something else.
 * Read on the spot: a few kilobytes from the page cache take less than a way through the thread pool
 * of a busy process.
 */
export function readSmallFile(path: string, most: number): Buffer | null {
  try {
    const file = openSync(path, TO_READ);
    try {
      const found = fstatSync(file);
      return found.isFile() && found.size <= most ? readFileSync(file) : null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/**
 * Puts a file in place by one atomic rename, for its owner alone, and does not wait for the disk.
 * In one go: to ask for each step in turn costs more than the steps.
 * @returns whether it could be.
 */
export function putFile(path: string, parts: readonly Uint8Array[]): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeWhole(draft, parts);
    renameSync(draft, path);
    return true;
  } catch {
    removeQuietly(draft);
    return false;
  }
}

/** Where it cannot be removed, it goes with the leftovers of killed runs. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function writeWhole(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (writevSync(file, parts) !== bytes) throw new Error('the disk took a part of it');
  } finally {
    closeSync(file);
  }
}
