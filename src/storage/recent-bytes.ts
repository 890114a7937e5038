// SPDX-License-Identifier: Apache-2.0
import type { LentBytes } from '../core/bytes.ts';
import { AT_HAND_BYTES } from '../core/limits.ts';

interface Chunk {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly free: () => void;
  /** How many have it on loan. */
  loans: number;
  isGone: boolean;
}

/** What was written last, in memory: whoever reads close behind the writer need not ask the disk. */
export class RecentBytes {
  #chunks: readonly Chunk[] = [];
  #end = 0;

  /** @param free called once nobody has the bytes on loan and newer ones have taken their place. */
  push(bytes: Uint8Array, free: () => void): void {
    const all = [...this.#chunks, { at: this.#end, bytes, free, loans: 0, isGone: false }];
    this.#end += bytes.length;
    const isKept = ({ at, bytes: { length } }: Chunk): boolean =>
      at + length > this.#end - AT_HAND_BYTES;
    this.#chunks = all.filter(isKept);
    for (const chunk of all) {
      if (isKept(chunk)) break;
      chunk.isGone = true;
      if (chunk.loans === 0) chunk.free();
    }
  }

  /** From `position` on, without a copy: at least one byte, at most `length`; `null`: not here. */
  lend(position: number, length: number): LentBytes | null {
    const chunk = this.#chunkAt(position);
    if (chunk === null || length <= 0) return null;
    const start = position - chunk.at;
    chunk.loans += 1;
    let isLent = true;
    return {
      bytes: chunk.bytes.subarray(start, start + length),
      giveBack() {
        if (!isLent) return;
        isLent = false;
        chunk.loans -= 1;
        if (chunk.isGone && chunk.loans === 0) chunk.free();
      },
    };
  }

  /** A copy of exactly `length` bytes; `null` where some of them are not here. */
  read(position: number, length: number): Uint8Array | null {
    const first = this.#chunkAt(position);
    if (first === null || position + length > this.#end) return null;
    const copy = Buffer.allocUnsafeSlow(length);
    for (const { at, bytes } of this.#chunks) {
      if (at + bytes.length <= position || at >= position + length) continue;
      const skipped = Math.max(0, position - at);
      copy.set(bytes.subarray(skipped, position + length - at), at + skipped - position);
    }
    return copy;
  }

  /** All that was ever pushed, where that was one piece. */
  whole(): Uint8Array | null {
    const [only, ...more] = this.#chunks;
    return only?.at === 0 && more.length === 0 ? only.bytes : null;
  }

  /** Forgets all. What is on loan stays as it is: nothing will take its place. */
  clear(): void {
    this.#chunks = [];
  }

  #chunkAt(position: number): Chunk | null {
    return (
      this.#chunks.find(({ at, bytes }) => position >= at && position < at + bytes.length) ?? null
    );
  }
}
