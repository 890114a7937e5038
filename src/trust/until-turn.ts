// SPDX-License-Identifier: Apache-2.0

/**
 * Answers that hold until the event loop turns: the many files of one page are judged in one go,
 * and what another process writes meanwhile might as well have been written after it.
 */
export class UntilTurn<K, V> {
  readonly #answers = new Map<K, V>();

  get(key: K, ask: () => V): V {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size === 0) setImmediate(() => this.#answers.clear());
    const answer = ask();
    this.#answers.set(key, answer);
    return answer;
  }

  /** Something was written here: what was answered may no longer hold. */
  clear(): void {
    this.#answers.clear();
  }
}
