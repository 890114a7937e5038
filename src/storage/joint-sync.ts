// SPDX-License-Identifier: Apache-2.0

/**
 * One sync of a folder for all who wait for one: a sync that begins after a change holds that change,
 * whoever asked for it. One that has begun already may have missed it, so the next one counts.
 */
export class JointSync {
  readonly #syncFolder: (path: string) => Promise<void>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(syncFolder: (path: string) => Promise<void>) {
    this.#syncFolder = syncFolder;
  }

  /** @throws what the sync that counts throws. */
  async sync(path: string): Promise<void> {
    const waiting = this.#next.get(path);
    if (waiting !== undefined) return await waiting;
    const next = this.#afterRunning(path);
    this.#next.set(path, next);
    await next;
  }

  async #afterRunning(path: string): Promise<void> {
    await this.#running.get(path)?.catch(() => undefined); // told to those who waited for that one
    this.#next.delete(path);
    const running = this.#syncFolder(path);
    this.#running.set(path, running);
    try {
      await running;
    } finally {
      if (this.#running.get(path) === running) this.#running.delete(path);
    }
  }
}
