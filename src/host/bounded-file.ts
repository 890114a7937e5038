// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/**
 * At most `maxBytes` from a regular file's beginning, and whether there is more; `null` where it is
 * absent or something else. Never waits for a pipe or device that somebody laid there.
 */
export async function readBounded(
  path: string,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean } | null> {
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

async function readFrom(
  file: FileHandle,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean } | null> {
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
