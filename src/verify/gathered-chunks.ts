// SPDX-License-Identifier: Apache-2.0
import { GATHERED_BYTES, GATHERED_MS } from '../core/limits.ts';

/**
 * Gathers the pieces of a fast answer: each write is a turn of the disk's threads, and TLS brings
 * pieces of 16 KiB. What comes slowly is not held up.
 */
export class GatheredChunks {
  readonly #now: () => number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #since = 0;

  /** @param now in milliseconds; never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @returns what is to be written now, with everything before it; nothing: not yet. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#size === 0) this.#since = this.#now();
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const isDue = this.#size >= GATHERED_BYTES || this.#now() - this.#since >= GATHERED_MS;
    return isDue ? this.rest() : [];
  }

  /** What has not been given out. */
  rest(): readonly Uint8Array[] {
    const all = this.#chunks;
    this.#chunks = [];
    this.#size = 0;
    return all;
  }
}
