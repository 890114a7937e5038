// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobDraft } from '../core/blob-store.ts';
import type { LentBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { AT_HAND_BYTES, SPACE_CHECK_BYTES } from '../core/limits.ts';
import { readExactly, removeFile, type BlobIo } from './blob-io.ts';
import { DigestSet, type Digests } from './digest-set.ts';
import { diskRefusal } from './disk-refusal.ts';
import { requireSpace } from './free-space.ts';
import { newDraftName } from './draft-name.ts';
import type { Quarantine } from './quarantine.ts';
import { RecentBytes } from './recent-bytes.ts';

export interface DraftParts {
  readonly directory: string;
  readonly io: BlobIo;
  readonly quarantine: Quarantine;
  /** Makes a draft visible; closes nothing. */
  readonly admit: (path: string, file: number, digests: Digests) => Promise<void>;
}

/** A file on its way in, under a name that nobody can guess, readable by its owner alone. */
export class FilesystemDraft implements BlobDraft {
  readonly #parts: DraftParts;
  readonly #path: string;
  readonly #file: number;
  readonly #set: DigestSet;
  readonly #recent = new RecentBytes();
  #written = 0;
  #lookedAt = 0;
  #state: 'open' | 'writing' | 'broken' | 'ended' = 'open';

  private constructor(parts: DraftParts, path: string, file: number, set: DigestSet) {
    this.#parts = parts;
    this.#path = path;
    this.#file = file;
    this.#set = set;
  }

  static async create(parts: DraftParts, algorithms: readonly string[]): Promise<FilesystemDraft> {
    const path = join(parts.directory, newDraftName());
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    const set = new DigestSet(algorithms);
    try {
      requireSpace(parts.directory, await parts.io.space(parts.directory), 0);
      return new FilesystemDraft(parts, path, openSync(path, flags, 0o600), set);
    } catch (thrown) {
      throw diskRefusal(thrown, `creating ${path}`);
    }
  }

  get written(): number {
    return this.#written;
  }

  async expect(bytes: number): Promise<void> {
    await this.#requireSpace(Math.max(0, bytes - this.#written));
  }

  async write(chunk: Uint8Array, free: () => void = () => undefined): Promise<void> {
    this.#require('open');
    if (this.#written - this.#lookedAt >= SPACE_CHECK_BYTES) await this.#requireSpace(0);
    this.#state = 'writing';
    try {
      await this.#parts.io.write(this.#file, chunk, this.#written);
    } catch (thrown) {
      this.#state = 'broken';
      throw diskRefusal(thrown, `writing ${this.#path}`);
    }
    this.#set.update(chunk);
    this.#recent.push(chunk, free);
    this.#written += chunk.length;
    this.#state = 'open';
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const available = Math.max(0, Math.min(length, this.#written - position));
    const recent = this.#recent.read(position, available);
    if (recent !== null) return recent;
    try {
      return await readExactly(this.#file, position, available);
    } catch (thrown) {
      throw diskRefusal(thrown, `reading ${this.#path}`);
    }
  }

  lend(position: number, length: number): LentBytes | null {
    return this.#recent.lend(position, length);
  }

  whole(): Uint8Array | null {
    return this.#recent.whole();
  }

  digests(): Digests {
    return this.#set.digests();
  }

  async publish(sha256: string): Promise<void> {
    this.#require('open');
    const digests = this.digests();
    if (digests.sha256 !== sha256) {
      throw new Refusal('WP-STATE-DAMAGED', {
        message: `${this.#path}: expected sha256 ${sha256}, what was written has ${digests.sha256}`,
      });
    }
    try {
      // A small one is hashed at each opening; what was hashed of a large one is believed as long as
      // the file system tells of no change, so the disk has to have taken it.
      if (this.#written > AT_HAND_BYTES) await this.#parts.io.syncFile(this.#file);
      await this.#parts.admit(this.#path, this.#file, digests);
    } catch (thrown) {
      // What the disk did not take does not count as stored, and is not tried again.
      await this.discard();
      throw diskRefusal(thrown, `keeping ${sha256}`);
    }
    this.#end();
  }

  async quarantine(why: string): Promise<void> {
    if (this.#state === 'ended') return;
    const note = `sha256 ${this.digests().sha256}: ${why}`;
    try {
      await this.#parts.quarantine.take(this.#path, note);
    } catch (thrown) {
      throw diskRefusal(thrown, `moving ${this.#path} to quarantine`);
    } finally {
      await this.discard();
    }
  }

  async discard(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#end();
    try {
      await removeFile(this.#path);
    } catch (thrown) {
      throw diskRefusal(thrown, `removing ${this.#path}`);
    }
  }

  /** Others write on the same disk, so that it is looked at again and again. */
  async #requireSpace(wanted: number): Promise<void> {
    this.#lookedAt = this.#written;
    const { directory, io } = this.#parts;
    try {
      requireSpace(directory, await io.space(directory), wanted);
    } catch (thrown) {
      throw diskRefusal(thrown, `looking at ${directory}`);
    }
  }

  #end(): void {
    this.#state = 'ended';
    this.#recent.clear();
    closeSync(this.#file);
  }

  #require(state: 'open'): void {
    if (this.#state === state) return;
    if (this.#state === 'writing') throw new Error('a draft has one writer, who awaits each write');
    throw new Refusal('WP-STATE-DISK', {
      message: `${this.#path}: ${this.#state === 'broken' ? 'an earlier write failed' : 'already closed'}`,
    });
  }
}
