// SPDX-License-Identifier: Apache-2.0
import { fstatSync, type BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { OpenBlob } from '../core/blob-store.ts';
import { Refusal } from '../core/errors.ts';
import { readExactly } from './blob-io.ts';
import type { Digests } from './digest-set.ts';
import { diskRefusal } from './disk-refusal.ts';

/** A checked file, held open so that no other can take its place while it is read. */
export class FilesystemOpenBlob implements OpenBlob {
  readonly size: number;
  readonly digests: Digests;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #checked: BigIntStats;
  #closed = false;

  constructor(path: string, file: FileHandle, checked: BigIntStats, digests: Digests) {
    this.size = Number(checked.size);
    this.digests = digests;
    this.#path = path;
    this.#file = file;
    this.#checked = checked;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    try {
      const bytes = await readExactly(this.#file, position, Math.min(length, this.size - position));
      this.#requireUnchanged();
      return bytes;
    } catch (thrown) {
      throw diskRefusal(thrown, `reading ${this.#path}`);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }

  /**
   * What was written into after the check is not what was checked (attack K15). What the kernel
   * knows of an open file is told at once: another thread's turn would cost more.
   */
  #requireUnchanged(): void {
    const now = fstatSync(this.#file.fd, { bigint: true });
    if (now.size === this.#checked.size && now.mtimeNs === this.#checked.mtimeNs) return;
    throw new Refusal('WP-STATE-DAMAGED', {
      message: `${this.#path} was written to while it was handed out`,
      hint: 'Run the same command again: the file is fetched anew.',
    });
  }
}
