// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

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
