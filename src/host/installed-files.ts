// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileFacts, FolderEntry, FoundDistribution, InstalledFiles } from '../core/host.ts';
import { MAX_RECORD_BYTES } from '../core/limits.ts';
import { readRecordLines, type RecordLine } from '../core/record-lines.ts';
import { inRegularFile, readBoundedNow } from './bounded-file.ts';
import { digestInTurns, digestNow } from './file-digest.ts';

const MAY_BE_GONE = { throwIfNoEntry: false } as const;

/** The files of distributions on this machine's disk. */
export const installedFiles: InstalledFiles = {
  record,
  digest: async (path, size) => digestNow({ path, size }),
  digestEach: digestInTurns,
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
  const found = readBoundedNow(path, maxBytes);
  return found?.whole === true ? found.bytes : null;
}
