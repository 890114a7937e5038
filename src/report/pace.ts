// SPDX-License-Identifier: Apache-2.0

/** Over how much of the past a rate is told: long enough to be calm, short enough to be true. */
const WINDOW_MS = 5_000;
const MIN_SPAN_MS = 500;

interface Mark {
  readonly at: number;
  readonly received: number;
}

/** How fast something comes, over the last seconds. */
export class Pace {
  #marks: readonly Mark[] = [];

  /** @param at milliseconds of a clock that only goes forward */
  mark(at: number, received: number): void {
    const last = this.#marks.at(-1);
    // Fewer than before: it is asked for anew.
    const kept = last !== undefined && received < last.received ? [] : this.#marks;
    const from = kept.findLastIndex((mark) => mark.at <= at - WINDOW_MS);
    this.#marks = [...kept.slice(Math.max(0, from)), { at, received }];
  }

  /** Bytes per second; `null` while too little is known. */
  get bytesPerSecond(): number | null {
    const [first] = this.#marks;
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < MIN_SPAN_MS) return null;
    return ((last.received - first.received) * 1000) / (last.at - first.at);
  }
}
