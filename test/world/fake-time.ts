// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';

/** Time that passes only when it is told to. */
export class FakeTime {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly wake: () => void }>();

  readonly now = (): number => this.#now;

  readonly wait = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { at: this.#now + milliseconds, wake: resolve };
    const abort = (): void => reject(signal?.reason);
    this.#waiting.add(waiting);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      this.#waiting.delete(waiting);
      signal?.removeEventListener('abort', abort);
    }
  };

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await turn();
      const [next] = [...this.#waiting].sort((left, right) => left.at - right.at);
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      this.#waiting.delete(next);
      next.wake();
    }
    this.#now = end;
  }
}
