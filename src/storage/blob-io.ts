// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  fsync,
  openSync,
  read,
  readSync,
  renameSync,
  statfsSync,
  writev,
  writevSync,
} from 'node:fs';
import { unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { KIB } from '../core/limits.ts';
import type { Space } from './free-space.ts';

/**
 * The file operations whose failing must be survivable; tests put faults in their place. Files are
 * told by their descriptors.
 */
export interface BlobIo {
  write(file: number, chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Makes a file's bytes survive a power cut. */
  syncFile(file: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes the names in a folder survive a power cut. */
  syncFolder(path: string): Promise<void>;
  /** Of the file system that holds a folder. */
  space(path: string): Promise<Space>;
}

/**
 * Up to here a file is read and written on the spot, as names and sizes always are: the kernel has it
 * in memory, and another thread's turn costs more than the work. Whatever waits for the disk (fsync)
 * or copies more has its turn on another thread.
 */
const ON_THE_SPOT_BYTES = 64 * KIB;

const writeElsewhere = promisify(writev);
const readElsewhere = promisify(read);
const syncElsewhere = promisify(fsync);

/** Linux takes 1024 (IOV_MAX). */
const MOST_AT_ONCE = 256;

export const realIo: BlobIo = {
  async write(file, chunks, position) {
    let left = chunks;
    for (let at = position; left.length > 0;) {
      const wanted = left.slice(0, MOST_AT_ONCE);
      const size = wanted.reduce((sum, { length }) => sum + length, 0);
      const written =
        size <= ON_THE_SPOT_BYTES
          ? writevSync(file, wanted, at)
          : (await writeElsewhere(file, wanted, at)).bytesWritten;
      at += written;
      left = behind(left, written);
    }
  },
  syncFile: (file) => syncElsewhere(file),
  async rename(from, to) {
    renameSync(from, to);
  },
  async syncFolder(path) {
    const folder = openSync(path, 'r');
    try {
      await syncElsewhere(folder);
    } finally {
      closeSync(folder);
    }
  },
  async space(path) {
    const { bavail, blocks, bsize } = statfsSync(path);
    return { free: bavail * bsize, total: blocks * bsize };
  },
};

/** What is left of the chunks after their first `count` bytes. */
function behind(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skipped = 0;
  for (const [place, chunk] of chunks.entries()) {
    if (skipped + chunk.length > count) {
      return [chunk.subarray(count - skipped), ...chunks.slice(place + 1)];
    }
    skipped += chunk.length;
  }
  return [];
}

/** Exactly `length` bytes from `position`, fewer only at the end of the file. */
export async function readExactly(
  file: number,
  position: number,
  length: number,
): Promise<Uint8Array> {
  const wanted = Math.max(0, length);
  if (wanted <= ON_THE_SPOT_BYTES) return readAtOnce(file, position, wanted);
  const bytes = Buffer.allocUnsafeSlow(wanted);
  return bytes.subarray(0, await readInto(file, bytes, position));
}

/** Fills `bytes`. @returns how many there were, fewer only at the end of the file. */
export async function readInto(file: number, bytes: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const left = bytes.length - done;
    const { bytesRead } = await readElsewhere(file, bytes, done, left, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** As {@link readExactly}, on the spot: for what is small. */
export function readAtOnce(file: number, position: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < bytes.length) {
    const bytesRead = readSync(file, bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** Removes a file; one that somebody else has already removed is as good. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
}
