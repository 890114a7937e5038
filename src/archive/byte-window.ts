// SPDX-License-Identifier: Apache-2.0
import type { HeldBytes } from '../core/bytes.ts';
import { KIB } from '../core/limits.ts';
import { Fields } from './fields.ts';
import { malformed } from './refuse.ts';

const WINDOW_BYTES = 256 * KIB;

/** Small reads at rising positions, served from one window: thousands of headers, few calls. */
export class ByteWindow {
  readonly #filename: string;
  readonly #file: HeldBytes;
  #start = 0;
  #bytes: Uint8Array;
  #fields: Fields;

  constructor(filename: string, file: HeldBytes) {
    this.#filename = filename;
    this.#file = file;
    this.#bytes = file.whole ?? new Uint8Array();
    this.#fields = new Fields(this.#bytes);
  }

  get size(): number {
    return this.#file.size;
  }

  /** The window as it is now. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Of the window as it is now. */
  get fields(): Fields {
    return this.#fields;
  }

  /**
   * Where in the window a part of the file lies; -1: it has to be moved there first. A turn for each
   * header would cost more than the header.
   */
  placeOf(position: number, length: number): number {
    const at = position - this.#start;
    return at >= 0 && length >= 0 && at + length <= this.#bytes.length ? at : -1;
  }

  /**
   * Moves the window to a part of the file.
   * @param most how many bytes are of use from there on.
   * @returns where in the window it lies.
   * @throws Refusal `WP-ARCHIVE-MALFORMED` where the file does not have so many bytes.
   */
  async moveTo(position: number, length: number, most = WINDOW_BYTES): Promise<number> {
    const found = this.placeOf(position, length);
    if (found >= 0) return found;
    if (position < 0 || position + length > this.size) {
      throw malformed(this.#filename, `ends before byte ${position + length}, which it points to`);
    }
    const wanted = Math.min(Math.max(length, Math.min(most, WINDOW_BYTES)), this.size - position);
    this.#bytes = await this.#file.read(position, wanted);
    this.#fields = new Fields(this.#bytes);
    this.#start = position;
    if (this.#bytes.length < length) throw malformed(this.#filename, 'is cut short');
    return 0;
  }

  /** Exactly `length` bytes. @throws Refusal as {@link moveTo} */
  async read(position: number, length: number): Promise<Uint8Array> {
    const at = await this.moveTo(position, length);
    return this.#bytes.subarray(at, at + length);
  }
}
