// SPDX-License-Identifier: Apache-2.0

/** Requests that were sent before anybody asked, so that whoever asks joins them. */
export class Flights<Result> {
  readonly #aloft = new Map<string, Promise<Result>>();
  readonly #joined = new Set<string>();

  has(key: string): boolean {
    return this.#aloft.has(key);
  }

  /** Whether it was asked for by now: nothing is left to be sent ahead. */
  wasJoined(key: string): boolean {
    return this.#joined.has(key);
  }

  /** @returns `null` where it failed: that is nobody's failure until somebody asks. */
  async ahead(key: string, begin: () => Promise<Result>): Promise<Result | null> {
    const flight = begin();
    this.#aloft.set(key, flight);
    try {
      return await flight;
    } catch {
      if (this.#aloft.get(key) === flight) this.#aloft.delete(key);
      return null;
    }
  }

  /**
   * What was sent ahead, once; where there is nothing, or it failed before anybody asked, `begin`.
   * Where it fails while it is waited for, it is the failure of whoever waits: all tries have been
   * made, and as many more would take as long again.
   */
  async join(key: string, begin: () => Promise<Result>): Promise<Result> {
    const flight = this.#aloft.get(key);
    this.#aloft.delete(key);
    this.#joined.add(key);
    return await (flight ?? begin());
  }
}
