// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, type BigIntStats } from 'node:fs';
import type { OpenBlob } from '../core/blob-store.ts';
import { Refusal } from '../core/errors.ts';
import { readExactly, readInto } from './blob-io.ts';
import type { Digests } from './digest-set.ts';
import { diskRefusal } from './disk-refusal.ts';

/** A checked file whose bytes were all taken into memory to be checked: nothing that happens to it matters. */
export function blobInMemory(bytes: Uint8Array, digests: Digests): OpenBlob {
  return {
    size: bytes.length,
    digests,
    whole: bytes,
    read: async (position, length) => bytes.subarray(position, position + Math.max(0, length)),
    close: async () => {},
  };
}

/** A checked file, held open so that no other can take its place while it is read. */
export class FilesystemOpenBlob implements OpenBlob {
  readonly size: number;
  readonly digests: Digests;
  readonly #path: string;
  readonly #file: number;
  readonly #checked: BigIntStats;
  #closed = false;

  constructor(path: string, file: number, checked: BigIntStats, digests: Digests) {
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

  async readInto(position: number, place: Uint8Array): Promise<number> {
    try {
      const wanted = place.subarray(0, Math.max(0, this.size - position));
      const found = await readInto(this.#file, wanted, position);
      this.#requireUnchanged();
      return found;
    } catch (thrown) {
      throw diskRefusal(thrown, `reading ${this.#path}`);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }

  /**
   * What was written into after the check is not what was checked (attack K15). What the kernel
   * knows of an open file is told at once: another thread's turn would cost more.
   */
  #requireUnchanged(): void {
    const now = fstatSync(this.#file, { bigint: true });
    if (now.size === this.#checked.size && now.mtimeNs === this.#checked.mtimeNs) return;
    throw new Refusal('WP-STATE-DAMAGED', {
      message: `${this.#path} was written to while it was handed out`,
      hint: 'Run the same command again: the file is fetched anew.',
    });
  }
}
