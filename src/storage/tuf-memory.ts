// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TufMemory } from '../core/tuf-repository.ts';
import { diskRefusal, errorCode } from './disk-refusal.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { takeWriterLock } from './writer-lock.ts';

/** What must never fall back: the rest is proved by these, and fetched again where it is lost. */
const LASTING: ReadonlySet<string> = new Set(['root', 'timestamp', 'snapshot']);

/**
 * What a client trusts, a file for each role. Several processes may keep it at once: a version
 * never takes the place of a newer one.
 */
export function openTufMemory(folder: string): TufMemory {
  ensurePrivateDirectory(folder);
  const fileOf = (role: string): string => join(folder, nameOf(role));
  /** As this process last saw it: what is no longer so, another one has written. */
  const seen = new Map<string, Uint8Array | null>();
  const look = async (role: string): Promise<Uint8Array | null> =>
    await onDisk(folder, async () => await readFile(fileOf(role)).catch(absent));
  return {
    async load(role) {
      const found = await look(role);
      if (LASTING.has(role)) seen.set(role, found);
      return found;
    },
    async save(role, bytes) {
      if (!LASTING.has(role)) {
        await onDisk(folder, async () => await replace(fileOf(role), bytes, false));
        return;
      }
      const lock = takeWriterLock(join(folder, 'lock.sqlite'));
      try {
        const found = await look(role);
        const isAhead = !isSame(found, seen.get(role)) && versionOf(found) > versionOf(bytes);
        if (isAhead) return;
        await onDisk(folder, async () => await replace(fileOf(role), bytes, true));
        seen.set(role, bytes);
      } finally {
        lock.close();
      }
    },
    async remove(role) {
      await onDisk(folder, async () => await rm(fileOf(role), { force: true }));
      seen.set(role, null);
    },
  };
}

/** Role names are the repository's: any text. */
function nameOf(role: string): string {
  const plain = /^[a-z0-9][a-z0-9._-]{0,99}$/u.test(role);
  return plain ? `${role}.json` : `=${createHash('sha256').update(role).digest('hex')}.json`;
}

function isSame(one: Uint8Array | null, other: Uint8Array | null = null): boolean {
  return one === null || other === null ? one === other : Buffer.compare(one, other) === 0;
}

/** 0 for what cannot be read: anything may take its place. */
function versionOf(bytes: Uint8Array | null): number {
  if (bytes === null) return 0;
  try {
    const { signed }: { signed?: { version?: unknown } } = JSON.parse(
      Buffer.from(bytes).toString(),
    );
    return typeof signed?.version === 'number' ? signed.version : 0;
  } catch {
    return 0; // damaged
  }
}

async function replace(path: string, bytes: Uint8Array, lasting: boolean): Promise<void> {
  const staged = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(staged, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      if (lasting) await file.datasync();
    } finally {
      await file.close();
    }
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

function absent(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}

async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskRefusal(error, folder);
  }
}
