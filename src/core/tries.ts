// SPDX-License-Identifier: Apache-2.0
import { RETRY_WAITS_MS } from './limits.ts';

/** How often one address has been asked for. */
export interface TryCount {
  made: number;
}

/**
 * The tries for one thing, however many asks they take: an answer that comes in parts is asked for
 * anew by whoever reads it, one that does not come at all by the upstream, and both count here.
 */
export class Tries {
  readonly #counts = new Map<string, TryCount>();

  of(url: string): TryCount {
    const known = this.#counts.get(url);
    if (known !== undefined) return known;
    const count = { made: 0 };
    this.#counts.set(url, count);
    return count;
  }

  /** For the address on the way to it that was asked for most often. */
  get most(): number {
    return Math.max(0, ...[...this.#counts.values()].map(({ made }) => made));
  }
}

/**
 * The wait before the next try, in milliseconds: it grows with the tries made, and is spread by
 * half to either side, so that those whom one failure hit do not come back together.
 */
export function waitAfter(
  made: number,
  waitsMs: readonly number[] = RETRY_WAITS_MS,
  random: () => number = Math.random,
): number {
  const base = waitsMs[made - 1] ?? waitsMs.at(-1) ?? 0;
  return Math.round(base * (0.5 + random()));
}
