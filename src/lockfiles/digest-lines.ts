// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';

/** On which line of a file each digest stands: parsers of TOML and JSON do not tell. */
export class DigestLines {
  readonly #file: string;
  readonly #lines = new Map<string, number>();

  constructor(text: string, file: string) {
    this.#file = file;
    let number = 1;
    for (const line of text.split('\n')) {
      for (const [hex] of line.matchAll(/[0-9a-fA-F]{32,128}/gu)) {
        if (!this.#lines.has(hex)) this.#lines.set(hex.toLowerCase(), number);
      }
      number += 1;
    }
  }

  /** `uv.lock:12`, where its digest first stands; the place in words where that is nowhere. */
  whereIs(hashes: Hashes, otherwise: string): string {
    for (const hex of Object.values(hashes)) {
      const line = this.#lines.get(hex);
      if (line !== undefined) return `${this.#file}:${line}`;
    }
    return otherwise;
  }
}
