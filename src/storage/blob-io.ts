// SPDX-License-Identifier: Apache-2.0
import { open, rename, statfs, unlink, type FileHandle } from 'node:fs/promises';
import type { Space } from './free-space.ts';

/** The file operations whose failing must be survivable; tests put faults in their place. */
export interface BlobIo {
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>;
  /** Makes a file's bytes survive a power cut. */
  syncFile(file: FileHandle): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes the names in a folder survive a power cut. */
  syncFolder(path: string): Promise<void>;
  /** Of the file system that holds a folder. */
  space(path: string): Promise<Space>;
}

export const realIo: BlobIo = {
  async write(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  },
  syncFile: (file) => file.sync(),
  rename,
  async syncFolder(path) {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async space(path) {
    const { bavail, blocks, bsize } = await statfs(path);
    return { free: bavail * bsize, total: blocks * bsize };
  },
};

/** Exactly `length` bytes from `position`, fewer only at the end of the file. */
export async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, length));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
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
