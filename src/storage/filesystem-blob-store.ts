// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, lstatSync, openSync, type BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { BlobDraft, BlobStore, OpenBlob } from '../core/blob-store.ts';
import type { Clock } from '../core/clock.ts';
import { AT_HAND_BYTES, QUARANTINE_LIMIT_BYTES } from '../core/limits.ts';
import type { BlobBackend } from './backend.ts';
import { readAtOnce, realIo, removeFile, type BlobIo } from './blob-io.ts';
import { BlobPlaces } from './blob-places.ts';
import { CheckedFiles } from './checked-files.ts';
import { digestsOf, type Digests } from './digest-set.ts';
import { diskRefusal, errorCode } from './disk-refusal.ts';
import { isAbandoned } from './draft-name.ts';
import { FilesystemDraft } from './filesystem-draft.ts';
import { blobInMemory, FilesystemOpenBlob } from './filesystem-open-blob.ts';
import { TO_READ } from './plain-file.ts';
import { ensurePrivateDirectory } from './private-directory.ts';
import { Quarantine } from './quarantine.ts';

export interface FilesystemBlobOptions {
  readonly quarantineLimitBytes?: number;
  readonly clock?: Clock;
  readonly io?: Partial<BlobIo>;
}

export interface FilesystemBlobs extends BlobStore {
  /** Of one place where a blob may lie, whatever lies in the other: a damaged one is set aside. */
  check(path: string): Promise<'sound' | 'damaged' | 'gone'>;
}

/**
 * Opens the store in a folder of its own (`sha256/<hex>`, `drafts/`, `quarantine/`), and clears
 * away what runs that died have left.
 *
 * Blobs are renamed into place, and small ones are not waited for on the disk: what a power cut
 * tears is found by its hash, and counts as none.
 *
 * @throws Refusal `WP-STATE-PERMISSIONS`, `WP-STATE-DAMAGED`, `WP-STATE-DISK`
 */
export async function openFilesystemBlobStore(
  directory: string,
  options: FilesystemBlobOptions = {},
): Promise<FilesystemBlobs> {
  const root = resolve(directory);
  for (const folder of [
    root,
    join(root, 'sha256'),
    join(root, 'drafts'),
    join(root, 'quarantine'),
  ]) {
    ensurePrivateDirectory(folder);
  }
  const clock = options.clock ?? { now: () => Date.now() };
  await removeAbandonedDrafts(join(root, 'drafts'), clock);
  return new FilesystemBlobStore(root, clock, options);
}

export const filesystemBlobs: BlobBackend = {
  name: 'filesystem',
  durable: true,
  open: (place) => openFilesystemBlobStore(join(place, 'blobs')),
};

class FilesystemBlobStore implements FilesystemBlobs {
  readonly #drafts: string;
  readonly #places: BlobPlaces;
  readonly #io: BlobIo;
  readonly #quarantine: Quarantine;
  readonly #checked = new CheckedFiles();

  constructor(root: string, clock: Clock, options: FilesystemBlobOptions) {
    this.#drafts = join(root, 'drafts');
    this.#places = new BlobPlaces(join(root, 'sha256'));
    this.#io = { ...realIo, ...options.io };
    this.#quarantine = new Quarantine({
      directory: join(root, 'quarantine'),
      limitBytes: options.quarantineLimitBytes ?? QUARANTINE_LIMIT_BYTES,
      clock,
      io: this.#io,
    });
  }

  async draft(algorithms: readonly string[] = []): Promise<BlobDraft> {
    const parts = {
      directory: this.#drafts,
      io: this.#io,
      quarantine: this.#quarantine,
      admit: (path: string, file: number, digests: Digests) => this.#admit(path, file, digests),
    };
    return await FilesystemDraft.create(parts, algorithms);
  }

  async has(sha256: string): Promise<boolean> {
    try {
      return this.#places
        .pathsOf(sha256)
        .some((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true);
    } catch (thrown) {
      throw diskRefusal(thrown, `looking for ${sha256}`);
    }
  }

  async open(sha256: string, algorithms: readonly string[] = []): Promise<OpenBlob | null> {
    for (const path of this.#places.pathsOf(sha256)) {
      const blob = await this.#openAt(path, sha256, algorithms);
      if (blob !== null) return blob;
    }
    return null;
  }

  async check(path: string): Promise<'sound' | 'damaged' | 'gone'> {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return 'gone';
    const blob = await this.#openAt(path, basename(path), []);
    await blob?.close();
    return blob === null ? 'damaged' : 'sound';
  }

  async #openAt(
    path: string,
    sha256: string,
    algorithms: readonly string[],
  ): Promise<OpenBlob | null> {
    try {
      const file = await this.#openFile(path);
      return file === null ? null : await this.#hashedAs(path, file, sha256, algorithms);
    } catch (thrown) {
      throw diskRefusal(thrown, `reading ${path}`);
    }
  }

  async #openFile(path: string): Promise<number | null> {
    // What is not there is the common case of a first run, and an error costs more than this look.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
    try {
      return openSync(path, TO_READ);
    } catch (thrown) {
      const code = errorCode(thrown);
      if (code === 'ELOOP') await this.#setAside(path, 'a link where a file was expected', null);
      if (code === 'ELOOP' || code === 'ENOENT') return null;
      throw thrown;
    }
  }

  /** The content has its address as sha256, or is moved away. */
  async #hashedAs(
    path: string,
    file: number,
    sha256: string,
    algorithms: readonly string[],
  ): Promise<OpenBlob | null> {
    let handedOver = false;
    try {
      const stats = fstatSync(file, { bigint: true });
      const blob = stats.isFile() ? await this.#hashed(path, file, stats, algorithms) : null;
      if (blob?.digests.sha256 === sha256) {
        handedOver = blob instanceof FilesystemOpenBlob;
        return blob;
      }
      const found = blob === null ? 'no plain file' : `content with sha256 ${blob.digests.sha256}`;
      await this.#setAside(path, `expected sha256 ${sha256}, found ${found}`, stats);
      return null;
    } finally {
      if (!handedOver) closeSync(file);
    }
  }

  /** A small one is taken into memory and not looked at again. */
  async #hashed(
    path: string,
    file: number,
    stats: BigIntStats,
    algorithms: readonly string[],
  ): Promise<OpenBlob> {
    if (stats.size > AT_HAND_BYTES) {
      const digests = await this.#checked.digest(path, file, stats, algorithms);
      return new FilesystemOpenBlob(path, file, stats, digests);
    }
    const bytes = readAtOnce(file, 0, Number(stats.size));
    return blobInMemory(bytes, digestsOf(bytes, algorithms));
  }

  async #setAside(path: string, why: string, seen: BigIntStats | null): Promise<void> {
    try {
      const now = await lstat(path, { bigint: true });
      if (seen !== null && now.ino !== seen.ino) return; // another run has put a sound one in its place
      await this.#quarantine.take(path, why);
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT') throw thrown; // gone is as good
    }
  }

  /** Bytes already there, checked, stay; otherwise these take the place by one atomic rename. */
  async #admit(draft: string, file: number, digests: Digests): Promise<void> {
    const path = this.#places.pathOf(digests.sha256);
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    const present = isThere ? await this.open(digests.sha256) : null;
    if (present !== null) {
      await present.close();
      await removeFile(draft);
      return;
    }
    await this.#io.rename(draft, path);
    const stats = fstatSync(file, { bigint: true });
    if (stats.size > AT_HAND_BYTES) this.#checked.remember(path, stats, digests);
  }
}

async function removeAbandonedDrafts(directory: string, clock: Clock): Promise<void> {
  try {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const stats = await lstat(path).catch((thrown: unknown) => {
        if (errorCode(thrown) === 'ENOENT') return null; // its own run has just ended it
        throw thrown;
      });
      if (stats === null || !stats.isFile()) continue;
      if (isAbandoned(name, clock.now() - stats.mtimeMs)) await removeFile(path);
    }
  } catch (thrown) {
    throw diskRefusal(thrown, `clearing ${directory}`);
  }
}
