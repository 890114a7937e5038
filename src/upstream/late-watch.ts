// SPDX-License-Identifier: Apache-2.0
import { LATE_MS } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';
import type { Pace } from './pace.ts';
import type { Wait } from './settings.ts';

export interface LateWatchSettings {
  readonly pace: Pace;
  readonly wait: Wait;
  /** Called once at most; `null` where nobody wants to know. */
  readonly onLate: (() => void) | null;
  /** How many times the usual patience it has. */
  readonly patience: number;
  readonly now?: () => number;
}

/** Made once: an exception for each request would cost more than its watch. */
const NO_LONGER = new Error('nobody waits any more');

/** Looks at one request's time: tells the server's pace of it, and whoever waits that it is late. */
export class LateWatch {
  readonly #settings: LateWatchSettings;
  readonly #now: () => number;
  readonly #ending = new AbortController();
  #sentAt: number | null = null;

  constructor(settings: LateWatchSettings) {
    this.#settings = settings;
    this.#now = settings.now ?? monotonicMs;
  }

  /** The request goes out. */
  begin(): void {
    if (this.#sentAt !== null || this.#ending.signal.aborted) return;
    this.#sentAt = this.#now();
    const { onLate } = this.#settings;
    if (onLate !== null) void this.#watch(onLate);
  }

  answered(): void {
    if (this.#sentAt !== null) this.#settings.pace.answered(this.#now() - this.#sentAt);
    this.stop();
  }

  /** Another one was answered first; this one takes so long at least. */
  givenUp(): void {
    if (this.#sentAt !== null) this.#settings.pace.unanswered(this.#now() - this.#sentAt);
    this.stop();
  }

  stop(): void {
    this.#ending.abort(NO_LONGER);
  }

  async #watch(onLate: () => void): Promise<void> {
    const { pace, wait, patience } = this.#settings;
    const { signal } = this.#ending;
    try {
      // Looked at again and again: what is usual may be known only once others have been answered.
      let left = patience * pace.lateAfterMs();
      for (let waited = 0; left > 0; left = patience * pace.lateAfterMs() - waited) {
        const step = Math.min(left, LATE_MS.least);
        await wait(step, signal);
        waited += step;
      }
    } catch {
      return; // answered, or given up
    }
    if (!signal.aborted) onLate();
  }
}
