// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

export interface BoundedRead {
  readonly bytes: Uint8Array;
  readonly whole: boolean;
}

const MAY_BE_GONE = { throwIfNoEntry: false } as const;

/**
 * As {@link readBounded}, in one go: of hundreds of small files, the waiting for each would cost
 * more than the reading. What is not there costs no thrown error.
 */
export function readBoundedNow(path: string, maxBytes: number): BoundedRead | null {
  try {
    if (statSync(path, MAY_BE_GONE)?.isFile() !== true) return null;
    return inRegularFile(path, (file, size) => {
      const buffer = Buffer.allocUnsafe(Math.min(size, maxBytes) + 1);
      let filled = 0;
      while (filled < buffer.length) {
        const count = readSync(file, buffer, filled, buffer.length - filled, filled);
        if (count === 0) break;
        filled += count;
      }
      return {
        bytes: buffer.subarray(0, Math.min(filled, maxBytes)),
        whole: filled < buffer.length,
      };
    });
  } catch {
    return null; // not ours to look at: as below
  }
}

/** `null`: not there, no regular file, or not ours to read. @param look is given its descriptor and size. */
export function inRegularFile<T>(path: string, look: (file: number, size: number) => T): T | null {
  const opened = openRegular(path);
  if (opened === null || opened === 'unreadable') return null;
  try {
    return look(opened.file, opened.size);
  } catch {
    return null;
  } finally {
    closeSync(opened.file);
  }
}

/** What `open` says where no regular file lies, or can lie, at a path. */
const NO_FILE: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENXIO',
  'ENODEV',
  'ERR_INVALID_ARG_VALUE',
]);

/**
 * A regular file's descriptor, to be closed, and its size; `null` where there is none.
 * `unreadable`: there may be one, and nobody told what it holds (its rights, the disk, too many open
 * files).
 */
export function openRegular(
  path: string,
): { readonly file: number; readonly size: number } | 'unreadable' | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(file);
    if (found.isFile()) return { file, size: found.size };
    closeSync(file);
    return null;
  } catch (error) {
    if (file !== null) closeSync(file);
    const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
    return NO_FILE.has(code) ? null : 'unreadable';
  }
}

/**
 * At most `maxBytes` from a regular file's beginning, and whether there is more; `null` where it is
 * absent or something else. Never waits for a pipe or device that somebody laid there.
 */
export async function readBounded(path: string, maxBytes: number): Promise<BoundedRead | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await readFrom(file, maxBytes);
    } finally {
      await file.close();
    }
  } catch {
    return null; // absent, or not ours to read: the caller says what that means
  }
}

async function readFrom(file: FileHandle, maxBytes: number): Promise<BoundedRead | null> {
  const found = await file.stat();
  if (!found.isFile()) return null;
  const buffer = Buffer.alloc(Math.min(found.size, maxBytes) + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { bytes: buffer.subarray(0, Math.min(filled, maxBytes)), whole: filled < buffer.length };
}
