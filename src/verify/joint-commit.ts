// SPDX-License-Identifier: Apache-2.0
import type { TrustRows } from '../core/trust-rows.ts';

interface Waiting {
  /** Its part of the commit. */
  readonly work: () => void;
  readonly done: () => void;
  readonly failed: (thrown: unknown) => void;
}

/**
 * One commit for what many files have to write at the same time: each waits for the disk, and while
 * it waits more verdicts come in. Whoever waits here goes on only once its own part is on the disk.
 */
export class JointCommit {
  readonly #rows: Pick<TrustRows, 'transaction'>;
  #waiting: Waiting[] = [];

  constructor(rows: Pick<TrustRows, 'transaction'>) {
    this.#rows = rows;
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
    if (this.#waiting.length === 1) setImmediate(() => this.#commit());
  }

  #commit(): void {
    const together = this.#waiting;
    this.#waiting = [];
    try {
      const kept = this.#rows.transaction(() => together.filter((one) => this.#part(one)));
      for (const one of kept) one.done();
    } catch (thrown) {
      for (const one of together) one.failed(thrown);
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
