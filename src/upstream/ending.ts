// SPDX-License-Identifier: Apache-2.0

type Listener = (reason: unknown) => void;

/**
 * An AbortController without events and exceptions of its own: there are several for each request,
 * and those of the platform cost more than what they end.
 */
export class Ending {
  readonly #listeners = new Set<Listener>();
  #told: { readonly reason: unknown } | null = null;

  get aborted(): boolean {
    return this.#told !== null;
  }

  get reason(): unknown {
    return this.#told?.reason;
  }

  /** Only the first reason counts. */
  abort(reason: unknown): void {
    if (this.#told !== null) return;
    this.#told = { reason };
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }

  throwIfAborted(): void {
    if (this.#told !== null) throw this.#told.reason;
  }

  /** Told once, at once where it has ended already; {@link forget} it when it need not be told any more. */
  tell(listener: Listener): void {
    if (this.#told === null) this.#listeners.add(listener);
    else listener(this.#told.reason);
  }

  forget(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** For those who wait with the platform's own means. */
  signal(): AbortSignal {
    const controller = new AbortController();
    this.tell((reason) => {
      controller.abort(reason);
    });
    return controller.signal;
  }
}
