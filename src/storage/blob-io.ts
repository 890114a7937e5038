// SPDX-License-Identifier: Apache-2.0
import { fsync, read, readSync, renameSync, statfsSync, write, writeSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AT_HAND_BYTES, HOLD_LIMIT_BYTES, KIB } from '../core/limits.ts';
import type { Space } from './free-space.ts';

/**
 * The file operations whose failing must be survivable; tests put faults in their place. Files are
 * told by their descriptors.
 */
export interface BlobIo {
  write(file: number, bytes: Uint8Array, position: number): Promise<void>;
  /** Makes a file's bytes survive a power cut. */
  syncFile(file: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Of the file system that holds a folder. */
  space(path: string): Promise<Space>;
}

/**
 * Up to here a file is read on the spot, as names and sizes always are: the kernel has it in memory,
 * and another thread's turn costs several times the copy. Whatever waits for the disk (fsync) or
 * copies more has its turn on another thread.
 */
const READ_ON_THE_SPOT_BYTES = 256 * KIB;
/**
 * A whole small file. What lies far into a file is written elsewhere: the kernel holds up whoever
 * writes faster than the disk takes it.
 */
const WRITTEN_ON_THE_SPOT_BYTES = AT_HAND_BYTES;

const writeElsewhere = promisify(write);
const readElsewhere = promisify(read);
const syncElsewhere = promisify(fsync);

export const realIo: BlobIo = {
  async write(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
      const left = bytes.length - done;
      done +=
        left <= WRITTEN_ON_THE_SPOT_BYTES && position < HOLD_LIMIT_BYTES
          ? writeSync(file, bytes, done, left, position + done)
          : (await writeElsewhere(file, bytes, done, left, position + done)).bytesWritten;
    }
  },
  syncFile: (file) => syncElsewhere(file),
  async rename(from, to) {
    renameSync(from, to);
  },
  async space(path) {
    const { bavail, blocks, bsize } = statfsSync(path);
    return { free: bavail * bsize, total: blocks * bsize };
  },
};

/** Exactly `length` bytes from `position`, fewer only at the end of the file. */
export async function readExactly(
  file: number,
  position: number,
  length: number,
): Promise<Uint8Array> {
  const wanted = Math.max(0, length);
  if (wanted <= READ_ON_THE_SPOT_BYTES) return readAtOnce(file, position, wanted);
  const bytes = Buffer.allocUnsafeSlow(wanted);
  return bytes.subarray(0, await readInto(file, bytes, position));
}

/** Fills `bytes`. @returns how many there were, fewer only at the end of the file. */
export async function readInto(file: number, bytes: Uint8Array, position: number): Promise<number> {
  if (bytes.length <= READ_ON_THE_SPOT_BYTES) return readIntoAtOnce(file, bytes, position);
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
  const done = readIntoAtOnce(file, bytes, position);
  return done === length ? bytes : bytes.subarray(0, done);
}

function readIntoAtOnce(file: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const bytesRead = readSync(file, bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** Removes a file; one that somebody else has already removed is as good. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
}
