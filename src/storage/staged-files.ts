// SPDX-License-Identifier: Apache-2.0
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { STAGED, type NamedBytes, type StagedFolder } from '../core/tuf-repository.ts';
import { diskRefusal } from './disk-refusal.ts';

/** Files that are written and synced side by side: the disk takes many syncs for one. */
const AT_ONCE = 16;

/** A folder of the disk, made where there is none. Everyone may read what is put there. */
export async function openStagedFolder(folder: string, mode = 0o755): Promise<StagedFolder> {
  await onDisk(folder, async () => mkdir(folder, { recursive: true, mode }));
  const fileMode = mode & 0o666;
  return {
    list: async () => await onDisk(folder, async () => readdir(folder)),
    read: async (name) => await onDisk(folder, async () => readIfThere(join(folder, name))),
    stage: async (files) => {
      for (let from = 0; from < files.length; from += AT_ONCE)
        await onDisk(folder, async () =>
          Promise.all(
            files.slice(from, from + AT_ONCE).map((file) => write(folder, file, fileMode)),
          ),
        );
    },
    commit: async (names) => {
      for (const name of names)
        await onDisk(folder, async () =>
          rename(join(folder, `${name}${STAGED}`), join(folder, name)),
        );
    },
    sync: async () => await onDisk(folder, async () => syncFolder(folder)),
    remove: async (name) =>
      await onDisk(folder, async () => rm(join(folder, name), { force: true })),
    changedAt: async (name) =>
      await onDisk(folder, async () => {
        const found = await stat(join(folder, name)).catch(absent);
        return found === null ? null : found.mtimeMs;
      }),
  };
}

/** Puts bytes in their place below a folder: staged, synced, renamed, and their folders synced. */
export async function placeFile(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const target = join(root, path);
  const folder = dirname(target);
  const first = await onDisk(folder, async () => mkdir(folder, { recursive: true, mode: 0o755 }));
  const name = target.slice(folder.length + 1);
  const staged = await openStagedFolder(folder);
  await staged.stage([{ name, bytes }]);
  await staged.commit([name]);
  await staged.sync();
  // New folders are names in the folders above them.
  if (first === undefined) return;
  let made = folder;
  do {
    made = dirname(made);
    const above = made;
    await onDisk(above, async () => syncFolder(above));
  } while (made.length >= first.length);
}

async function write(folder: string, { name, bytes }: NamedBytes, mode: number): Promise<void> {
  const file = await open(join(folder, `${name}${STAGED}`), 'w', mode);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  return await readFile(path).catch(absent);
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskRefusal(error, folder);
  }
}
