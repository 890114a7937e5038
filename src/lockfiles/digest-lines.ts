// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';

/** Digests out of order after which no more are looked for from the top. */
const MOST_MISSES = 20;

/** On which line of a file each digest stands: parsers of TOML and JSON do not tell. */
export class DigestLines {
  readonly #file: string;
  readonly #text: string;
  /** Digests are asked for in the order they stand in, so that each search begins at the last. */
  #at = 0;
  #line = 1;
  #misses = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  /** `uv.lock:12`, where its digest stands; the place in words where that cannot be told. */
  whereIs(hashes: Hashes, otherwise: string): string {
    for (const hex of Object.values(hashes)) {
      if (this.#find(hex)) return `${this.#file}:${this.#line}`;
    }
    return otherwise;
  }

  #find(hex: string): boolean {
    if (this.#misses > MOST_MISSES) return false;
    let found = this.#text.indexOf(hex, this.#at);
    if (found < 0) {
      this.#misses += 1;
      found = this.#text.indexOf(hex);
      if (found < 0) return false;
      this.#at = 0;
      this.#line = 1;
    }
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at);
      if (end < 0 || end > found) return true;
      this.#at = end + 1;
      this.#line += 1;
    }
  }
}
