// SPDX-License-Identifier: Apache-2.0
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  FileDigest,
  FileFacts,
  FolderEntry,
  FoundDistribution,
  InstalledFiles,
} from '../core/host.ts';
import { KIB, MAX_RECORD_BYTES, MIB } from '../core/limits.ts';
import { readRecordLines, type RecordLine } from '../core/record-lines.ts';
import { readBounded } from './bounded-file.ts';

/** Up to here a file is read in one go: thousands of small ones are what an environment is made of. */
const SMALL_BYTES = 1 * MIB;
const MAY_BE_GONE = { throwIfNoEntry: false } as const;
const CHUNK_BYTES = 256 * KIB;

/** The files of distributions on this machine's disk. */
export const installedFiles: InstalledFiles = {
  record,
  digest,
  read,
  head,
  stat,
  list,
};

/** In one go: an environment has thousands of folders. */
async function list(folder: string): Promise<readonly FolderEntry[]> {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isFile: entry.isFile() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // as documented: what cannot be listed holds nothing for us
  }
}

async function record(found: FoundDistribution): Promise<readonly RecordLine[] | null> {
  const text = await read(join(found.distInfo, 'RECORD'), MAX_RECORD_BYTES);
  return text === null ? null : readRecordLines(Buffer.from(text).toString('utf8'));
}

async function digest(path: string, size: number | null): Promise<FileDigest | null> {
  const small = digestSmall(path, size);
  return small === 'large' ? await digestLarge(path) : small;
}

/** What small files are read into, one after the other. */
let place: Buffer | null = null;

/** Without a promise for each of thousands of files, it takes a third of the time. */
function digestSmall(path: string, size: number | null): FileDigest | 'large' | null {
  return inRegularFile(path, (file, found) => {
    if (size !== null && found !== size) return { size: found, sha256: null };
    if (found > SMALL_BYTES) return 'large';
    const room = (place ??= Buffer.allocUnsafeSlow(SMALL_BYTES + 1));
    // One more than there is to be: where it comes, or less, somebody writes the file just now.
    const count = readSync(file, room, 0, found + 1, 0);
    if (count !== found) return 'large';
    return { size: count, sha256: hash('sha256', room.subarray(0, count), 'hex') };
  });
}

/** `null`: not there, no regular file, or not ours to read. @param look is given its descriptor and size. */
function inRegularFile<T>(path: string, look: (file: number, size: number) => T): T | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const found = fstatSync(file);
    return found.isFile() ? look(file, found.size) : null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

async function digestLarge(path: string): Promise<FileDigest | null> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const sha256 = createHash('sha256');
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, size);
      if (bytesRead === 0) return { size, sha256: sha256.digest('hex') };
      sha256.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } catch {
    return null;
  }
}

/** In one go as well: each compiled module of an environment is looked at. */
async function head(path: string, bytes: number): Promise<Uint8Array | null> {
  return inRegularFile(path, (file) => {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer));
  });
}

async function stat(path: string): Promise<FileFacts | null> {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  const found = entry?.isSymbolicLink() === true ? statSync(path, MAY_BE_GONE) : entry;
  if (entry === undefined || found === undefined) return null;
  return { size: found.size, modifiedAt: found.mtimeMs, changedAt: entry.ctimeMs };
}

async function read(path: string, maxBytes: number): Promise<Uint8Array | null> {
  const found = await readBounded(path, maxBytes);
  return found?.whole === true ? found.bytes : null;
}
