// SPDX-License-Identifier: Apache-2.0
import { AT_HAND_BYTES } from '../core/limits.ts';

interface Placed {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What was written last, in memory: whoever reads close behind the writer need not ask the disk. */
export class RecentBytes {
  #chunks: Placed[] = [];
  #gone = 0;
  #end = 0;

  push(bytes: Uint8Array): void {
    this.#chunks.push({ at: this.#end, bytes });
    this.#end += bytes.length;
    for (let second = this.#chunks[this.#gone + 1]; second !== undefined;) {
      if (this.#end - second.at < AT_HAND_BYTES) break;
      this.#gone += 1;
      second = this.#chunks[this.#gone + 1];
    }
    if (this.#gone > this.#chunks.length / 2) this.#forget();
  }

  /** From `position` on, without a copy: at most `length` bytes; none where the first is not here. */
  pieces(position: number, length: number): readonly Uint8Array[] {
    const found: Uint8Array[] = [];
    const until = position + length;
    for (const { at, bytes } of this.#chunks.slice(this.#gone)) {
      if (at >= until || (found.length === 0 && at > position)) break;
      if (at + bytes.length <= position) continue;
      found.push(bytes.subarray(Math.max(0, position - at), until - at));
    }
    return found;
  }

  /** Exactly `length` bytes; `null` where some of them are not here. */
  read(position: number, length: number): Uint8Array | null {
    const [first, ...more] = this.pieces(position, length);
    if (first === undefined) return null;
    const bytes = more.length === 0 ? first : Buffer.concat([first, ...more]);
    return bytes.length === length ? bytes : null;
  }

  clear(): void {
    this.#gone = this.#chunks.length;
    this.#forget();
  }

  #forget(): void {
    this.#chunks = this.#chunks.slice(this.#gone);
    this.#gone = 0;
  }
}
