// SPDX-License-Identifier: Apache-2.0
import { MAX_KEPT_WHEEL_MEMBERS } from '../core/limits.ts';
import type { PlacedEntry } from './zip-layout.ts';

/** As many characters of a name count as one entry: a hostile directory is made of names. */
const NAME_CHARACTERS = 256;

/**
 * Where the entries lie of ZIPs that every reader reads alike. That follows from a file's bytes
 * alone: one with the same digest is not taken apart a second time in a run. Contents are checked
 * against their entry each time, whatever is known of it.
 */
export class KnownLayouts {
  readonly #known = new Map<string, readonly PlacedEntry[]>();
  #left: number;

  constructor(mostEntries: number = MAX_KEPT_WHEEL_MEMBERS) {
    this.#left = mostEntries;
  }

  /** @param sha256 computed from the bytes that are to be read. */
  recall(sha256: string): readonly PlacedEntry[] | null {
    return this.#known.get(sha256) ?? null;
  }

  /** What passes the bound is taken apart anew. */
  keep(sha256: string, entries: readonly PlacedEntry[]): void {
    if (this.#known.has(sha256)) return;
    let counted = 0;
    for (const { name } of entries) counted += 1 + Math.floor(name.length / NAME_CHARACTERS);
    if (counted > this.#left) return;
    this.#left -= counted;
    this.#known.set(sha256, entries);
  }
}
