// SPDX-License-Identifier: Apache-2.0
import {
  LATE_FACTOR,
  LATE_MS,
  LATE_REQUESTS,
  LATE_SAMPLES,
  MAX_PACE_SAMPLES,
} from '../core/limits.ts';

/** The share of answers that are not among the slowest. */
const USUAL = 0.9;

/**
 * How soon one server answers, and so when an answer is late; and how many late ones may be asked
 * for a second time, so that a server with too much to do does not get twice as much.
 */
export class Pace {
  #times: number[] = [];
  #allowed: number = LATE_REQUESTS.atOnce;

  /** An answer began after so long. */
  answered(milliseconds: number): void {
    this.unanswered(milliseconds);
    this.#allowed = Math.min(LATE_REQUESTS.atOnce, this.#allowed + LATE_REQUESTS.share);
  }

  /** Nobody waits any more for an answer that takes so long at least. */
  unanswered(milliseconds: number): void {
    this.#times = [...this.#times, milliseconds].slice(-MAX_PACE_SAMPLES);
  }

  lateAfterMs(): number {
    if (this.#times.length < LATE_SAMPLES) return LATE_MS.most;
    const sorted = this.#times.toSorted((left, right) => left - right);
    const usual = sorted[Math.floor((sorted.length - 1) * USUAL)] ?? 0;
    return Math.min(LATE_MS.most, Math.max(LATE_MS.least, LATE_FACTOR * usual));
  }

  /** @returns whether a late answer may be asked for a second time, which is then counted. */
  mayAskBeside(): boolean {
    if (this.#allowed < 1) return false;
    this.#allowed -= 1;
    return true;
  }
}

/** One for each server. */
export class Paces {
  readonly #paces = new Map<string, Pace>();

  of(origin: string): Pace {
    const known = this.#paces.get(origin);
    if (known !== undefined) return known;
    const pace = new Pace();
    this.#paces.set(origin, pace);
    return pace;
  }
}
