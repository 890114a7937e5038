// SPDX-License-Identifier: Apache-2.0
import { monotonicMs } from '../core/monotonic.ts';
import type { TrustRows } from '../core/trust-rows.ts';

interface Waiting {
  /** Its part of the commit. */
  readonly work: () => void;
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

/** After a commit of several the next one waits for so many times as long as that one took, up to a bound. */
const PAUSES = 8;
const MOST_PAUSE_MS = 20;

export interface Pacing {
  /** In milliseconds; never goes back. */
  readonly now: () => number;
  /** 0: once the events that are there already are through. */
  readonly after: (work: () => void, milliseconds: number) => void;
}

const REAL_PACING: Pacing = {
  now: monotonicMs,
  after: (work, milliseconds) => {
    if (milliseconds <= 0) setImmediate(work);
    else setTimeout(work, milliseconds);
  },
};

/**
 * One commit for what many files have to write at the same time: a commit waits for the disk, and so
 * does everybody else. So commits take no more than a ninth of the time, and what comes in between
 * two of them goes in together; a file that comes alone waits for nothing. Whoever waits here goes
 * on only once its own part is on the disk.
 */
export class JointCommit {
  readonly #rows: Pick<TrustRows, 'transaction'>;
  readonly #pacing: Pacing;
  #waiting: Waiting[] = [];
  /** No commit begins before this. */
  #notBefore = 0;

  constructor(rows: Pick<TrustRows, 'transaction'>, pacing: Pacing = REAL_PACING) {
    this.#rows = rows;
    this.#pacing = pacing;
  }

  /** @throws what `work` throws, which undoes its part alone, or what the commit throws. */
  async write<T>(work: () => T): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      let result: T;
      this.#enter({
        work: () => {
          result = work();
        },
        done: () => resolve(result),
        failed: reject,
      });
    });
  }

  #enter(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length > 1) return;
    const { now, after } = this.#pacing;
    after(() => this.#commit(), Math.max(0, this.#notBefore - now()));
  }

  #commit(): void {
    const together = this.#waiting;
    this.#waiting = [];
    const begun = this.#pacing.now();
    try {
      const kept = this.#rows.transaction(() => together.filter((one) => this.#part(one)));
      for (const one of kept) one.done();
    } catch (thrown) {
      for (const one of together) one.failed(thrown);
    } finally {
      const now = this.#pacing.now();
      // Whoever asks for one thing after the other would wait for company that never comes.
      const pause = together.length === 1 ? 0 : PAUSES * (now - begun);
      this.#notBefore = now + Math.min(pause, MOST_PAUSE_MS);
    }
  }

  /** Whether it stands, if the whole does. */
  #part({ work, failed }: Waiting): boolean {
    try {
      this.#rows.transaction(work);
      return true;
    } catch (thrown) {
      failed(thrown);
      return false;
    }
  }
}
