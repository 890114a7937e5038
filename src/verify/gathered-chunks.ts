// SPDX-License-Identifier: Apache-2.0
import { AT_HAND_BYTES, GATHERED_BYTES, GATHERED_MS } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';

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
  #place: Uint8Array | null = null;
  /** The place is this file's alone, and large enough for all that is to come. */
  #isOwn = false;
  /** How much of the place was given out, and how much of it is filled. */
  #given = 0;
  #size = 0;
  #since = 0;

  /**
   * @param expected how many bytes are to come, where that is known.
   * @param now in milliseconds; never goes back.
   */
  constructor(expected: number | null, now: () => number = monotonicMs) {
    this.#left = expected ?? Infinity;
    this.#now = now;
  }

  /** Copies a piece. @returns what is to be written now, with everything before it; nothing: not yet. */
  push(piece: Uint8Array): readonly Chunk[] {
    const due: Chunk[] = [];
    for (let at = 0; at < piece.length;) {
      if (this.#size === this.#given) this.#since = this.#now();
      const place = (this.#place ??= this.#newPlace());
      const part = piece.subarray(at, at + place.length - this.#size);
      place.set(part, this.#size);
      this.#size += part.length;
      at += part.length;
      if (this.#size === place.length) due.push(...this.rest());
    }
    const isLate = this.#size > this.#given && this.#now() - this.#since >= GATHERED_MS;
    if (isLate) due.push(...this.rest());
    return due;
  }

  /** What has not been given out: one chunk, or none. */
  rest(): readonly Chunk[] {
    const { place, given, size } = { place: this.#place, given: this.#given, size: this.#size };
    if (place === null || size === given) return [];
    const bytes = place.subarray(given, size);
    this.#left -= bytes.length;
    if (this.#isOwn && size < place.length) {
      this.#given = size; // what comes goes on in the file's own place
      return [{ bytes, free: () => undefined }];
    }
    this.#place = null;
    this.#given = 0;
    this.#size = 0;
    const free = this.#isOwn ? () => undefined : () => void this.#free.push(place);
    return [{ bytes, free }];
  }

  /** What is small lies in a place of its own, as a whole. */
  #newPlace(): Uint8Array {
    this.#isOwn = this.#left > 0 && this.#left <= AT_HAND_BYTES;
    if (this.#isOwn) return Buffer.allocUnsafeSlow(this.#left);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(GATHERED_BYTES);
  }
}
