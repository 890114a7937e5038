// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { StagedFolder } from '../core/tuf-repository.ts';
import { ensurePrivateDirectory, openStagedFolder, takeWriterLock } from '../storage/index.ts';
import { PROFILES, type Change, type Lives, type Profile } from '../tuf/index.ts';

/** What a repository's owner chose; beside it lie changes that wait, and the lock. */
export interface TufSettings {
  readonly profile: Profile;
  /** How the online key is reached. */
  readonly online: string;
}

/** A repository on the disk: `public` is to be served, `private` is not. */
export interface TufFolders {
  readonly metadata: StagedFolder;
  readonly targets: string;
  readonly pending: StagedFolder;
  readonly own: StagedFolder;
  close(): void;
}

const SETTINGS = 'settings.json';

/** Opens the folders for one writer. @throws Refusal `WP-TUF-BUSY` */
export async function openFolders(root: string, make = false): Promise<TufFolders> {
  const own = resolve(root, 'private');
  if (!make && !existsSync(join(own, SETTINGS)))
    throw new Refusal('WP-TUF-REPOSITORY', { message: `${root} is no TUF repository of ours` });
  ensurePrivateDirectory(own);
  const lock = takeWriterLock(join(own, 'lock.sqlite'));
  return {
    metadata: await openStagedFolder(join(root, 'public', 'metadata')),
    targets: join(root, 'public', 'targets'),
    pending: await openStagedFolder(join(own, 'pending'), 0o700),
    own: await openStagedFolder(own, 0o700),
    close: () => lock.close(),
  };
}

export async function readSettings(root: string): Promise<TufSettings> {
  const path = join(root, 'private', SETTINGS);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null)
    throw new Refusal('WP-TUF-REPOSITORY', { message: `${root} is no TUF repository of ours` });
  const found: Partial<Record<string, unknown>> = JSON.parse(text);
  const { profile, online } = found;
  if (typeof online === 'string' && isProfile(profile)) return { profile, online };
  throw new Refusal('WP-TUF-REPOSITORY', { message: `${path} is not of the form expected` });
}

export async function writeSettings({ own }: TufFolders, settings: TufSettings): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(settings, null, 2)}\n`);
  await put(own, SETTINGS, bytes);
}

export function isProfile(value: unknown): value is Profile {
  return typeof value === 'string' && Object.hasOwn(PROFILES, value);
}

export function livesOf({ profile }: TufSettings): Lives {
  return PROFILES[profile];
}

/** Remembers a change until it is published; a later one of the same path takes its place. */
export async function putPending({ pending }: TufFolders, change: Change): Promise<void> {
  await put(pending, pendingName(change), Buffer.from(JSON.stringify(change)));
}

export async function readPending({ pending }: TufFolders): Promise<readonly Change[]> {
  return await changesIn(pending);
}

/** Without the right to write. */
export async function readPendingOf(root: string): Promise<readonly Change[]> {
  return await changesIn(await openStagedFolder(join(root, 'private', 'pending'), 0o700));
}

async function changesIn(pending: StagedFolder): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const name of await pending.list()) {
    if (!name.endsWith('.json')) continue;
    const bytes = await pending.read(name);
    if (bytes !== null) changes.push(JSON.parse(Buffer.from(bytes).toString('utf8')));
  }
  return changes;
}

export async function dropPending({ pending }: TufFolders, changes: readonly Change[]) {
  for (const change of changes) await pending.remove(pendingName(change));
}

function pendingName({ path }: Change): string {
  return `${hash('sha256', path, 'hex')}.json`;
}

async function put(folder: StagedFolder, name: string, bytes: Uint8Array): Promise<void> {
  await folder.stage([{ name, bytes }]);
  await folder.commit([name]);
  await folder.sync();
}
