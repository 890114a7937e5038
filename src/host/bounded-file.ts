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
  if (opened === null) return null;
  try {
    return look(opened.file, opened.size);
  } catch {
    return null;
  } finally {
    closeSync(opened.file);
  }
}

/** A regular file's descriptor, to be closed, and its size; `null` as above. */
export function openRegular(path: string): { readonly file: number; readonly size: number } | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(file);
    if (found.isFile()) return { file, size: found.size };
  } catch {
    // As said: not ours to read.
  }
  if (file !== null) closeSync(file);
  return null;
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
