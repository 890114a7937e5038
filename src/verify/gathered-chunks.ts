// SPDX-License-Identifier: Apache-2.0
import { GATHERED_BYTES, GATHERED_MS } from '../core/limits.ts';

export interface Chunk {
  readonly bytes: Uint8Array;
  /** To be called by whoever needs the bytes no more: others will then lie in their place. */
  readonly free: () => void;
}

/**
 * Gathers the pieces of a fast answer: each write is a turn of the disk's threads, and TLS brings
 * pieces of 16 KiB. What comes slowly is not held up. The pieces are copied, and the few places
 * that they are copied to are used again and again.
 */
export class GatheredChunks {
  readonly #now: () => number;
  readonly #free: Uint8Array[] = [];
  #left: number;
  #chunk: Uint8Array | null = null;
  #size = 0;
  #since = 0;

  /**
   * @param expected how many bytes are to come, where that is known.
   * @param now in milliseconds; never goes back.
   */
  constructor(expected: number | null, now: () => number = () => performance.now()) {
    this.#left = expected ?? Infinity;
    this.#now = now;
  }

  /** Copies a piece. @returns what is to be written now, with everything before it; nothing: not yet. */
  push(piece: Uint8Array): readonly Chunk[] {
    const due: Chunk[] = [];
    for (let at = 0; at < piece.length;) {
      if (this.#size === 0) this.#since = this.#now();
      const chunk = (this.#chunk ??= this.#newChunk());
      const part = piece.subarray(at, at + chunk.length - this.#size);
      chunk.set(part, this.#size);
      this.#size += part.length;
      at += part.length;
      if (this.#size === chunk.length) due.push(...this.rest());
    }
    if (this.#size > 0 && this.#now() - this.#since >= GATHERED_MS) due.push(...this.rest());
    return due;
  }

  /** What has not been given out: one chunk, or none. */
  rest(): readonly Chunk[] {
    const [chunk, size] = [this.#chunk, this.#size];
    if (chunk === null || size === 0) return [];
    this.#chunk = null;
    this.#size = 0;
    this.#left -= size;
    const free = (): void => {
      if (chunk.length === GATHERED_BYTES) this.#free.push(chunk);
    };
    return [{ bytes: chunk.subarray(0, size), free }];
  }

  #newChunk(): Uint8Array {
    const isLong = this.#left <= 0 || this.#left >= GATHERED_BYTES;
    if (!isLong) return Buffer.allocUnsafeSlow(this.#left);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(GATHERED_BYTES);
  }
}
