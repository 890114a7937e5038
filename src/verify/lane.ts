// SPDX-License-Identifier: Apache-2.0

/** Work done a few at a time, in the order it came; what still waits at the end is dropped. */
export class Lane {
  readonly #width: number;
  #waiting: (() => Promise<unknown>)[] = [];
  #busy = 0;
  #closed = false;

  constructor(width: number) {
    this.#width = width;
  }

  /** @param work must not throw. */
  add(work: () => Promise<unknown>): void {
    if (this.#closed) return;
    this.#waiting.push(work);
    this.#next();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #next(): void {
    if (this.#busy >= this.#width) return;
    const work = this.#waiting.shift();
    if (work === undefined) return;
    this.#busy += 1;
    void work().finally(() => {
      this.#busy -= 1;
      this.#next();
    });
  }
}
