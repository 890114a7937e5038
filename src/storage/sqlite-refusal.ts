// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { diskRefusal } from './disk-refusal.ts';

// Primary result codes: https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const DISK: Readonly<Record<number, string>> = {
  3: 'permission denied',
  7: 'not enough memory',
  8: 'it cannot be written',
  10: 'the disk reports an input/output error',
  13: 'no space left on the disk',
  14: 'it cannot be opened',
  15: 'the file system does not support the locks that are needed',
  22: 'the file system does not support large files',
};
/** ERROR (a table is missing), CORRUPT, SCHEMA, MISMATCH, FORMAT, NOTADB. */
const DAMAGE = new Set([1, 11, 17, 20, 24, 26]);

/** SQLite's primary result code, or `null` for anything else that was thrown. */
function resultCode(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return null;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : null;
}

export function isBusy(thrown: unknown): boolean {
  const code = resultCode(thrown);
  return code === BUSY || code === LOCKED;
}

/** Whatever SQLite threw, as a refusal that names the file; faults of ours stay themselves. */
export function sqliteRefusal(thrown: unknown, file: string): unknown {
  if (thrown instanceof Refusal) return thrown;
  const code = resultCode(thrown);
  if (code === null) {
    const outOfRange = thrown instanceof RangeError && 'code' in thrown;
    return outOfRange ? damaged(file, thrown.message, thrown) : diskRefusal(thrown, file);
  }
  const text = thrown instanceof Error ? thrown.message : '';
  if (isBusy(thrown)) return disk(file, 'another process holds its lock for too long', thrown);
  if (DAMAGE.has(code)) return damaged(file, text, thrown);
  const words = DISK[code];
  return words === undefined ? thrown : disk(file, `${words} (${text})`, thrown);
}

export function damaged(file: string, found: string, cause?: unknown): Refusal {
  return new Refusal('WP-STATE-DAMAGED', {
    message: `${file}: expected an intact trust store, found: ${found}`,
    cause,
  });
}

function disk(file: string, words: string, cause: unknown): Refusal {
  return new Refusal('WP-STATE-DISK', { message: `${file}: ${words}`, cause });
}
