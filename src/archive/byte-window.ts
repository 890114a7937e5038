// SPDX-License-Identifier: Apache-2.0
import type { HeldBytes } from '../core/bytes.ts';
import { KIB } from '../core/limits.ts';
import { malformed } from './refuse.ts';

const WINDOW_BYTES = 256 * KIB;

/** Small reads at rising positions, served from one window: thousands of headers, few calls. */
export class ByteWindow {
  readonly #filename: string;
  readonly #bytes: HeldBytes;
  #start = 0;
  #window: Uint8Array = new Uint8Array();

  constructor(filename: string, bytes: HeldBytes) {
    this.#filename = filename;
    this.#bytes = bytes;
    if (bytes.whole !== undefined) this.#window = bytes.whole;
  }

  get size(): number {
    return this.#bytes.size;
  }

  /** What is at hand without waiting; `null`: {@link read} it. A turn for each header would cost more than the header. */
  atHand(position: number, length: number): Uint8Array | null {
    const offset = position - this.#start;
    if (offset < 0 || length < 0 || offset + length > this.#window.length) return null;
    return this.#window.subarray(offset, offset + length);
  }

  /** Exactly `length` bytes. @throws Refusal `WP-ARCHIVE-MALFORMED` where the file does not have them. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const found = this.atHand(position, length);
    if (found !== null) return found;
    if (position < 0 || position + length > this.size) {
      throw malformed(this.#filename, `ends before byte ${position + length}, which it points to`);
    }
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - position);
    this.#window = await this.#bytes.read(position, wanted);
    this.#start = position;
    if (this.#window.length < length) throw malformed(this.#filename, 'is cut short');
    return this.#window.subarray(0, length);
  }
}
