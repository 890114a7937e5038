// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_DISCARDED_BYTES, MIN_BYTES_PER_SECOND } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';
import { printableUrl } from '../core/url.ts';
import { bodyRefusal, truncated } from './failure.ts';
import type { Receiving } from './receiving.ts';

export interface BodyRules {
  readonly url: URL;
  /** How many bytes must come: 0 where none may (HEAD, 204, 304); `null` where nothing tells. */
  readonly declared: number | null;
  readonly maxBytes: number;
  readonly stallTimeoutMs: number;
  /** Called once, when nothing more will come. */
  readonly onEnd: () => void;
}

/** Told to the connection, and to a reader who still waits while another one ends it. */
const NOT_WANTED = Object.assign(new Error('nobody reads the rest'), { code: 'WP_NOT_WANTED' });

/**
 * An answer's bytes, counted and timed while they are read, once. Whoever stops reading (`return`,
 * also before the first byte) or gets an error has ended the connection.
 */
export class BoundedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: Receiving;
  readonly #rules: BodyRules;
  #received = 0;
  #waitedMs = 0;
  #receivedWhileWaiting = 0;
  #isOver = false;
  #isTold = false;
  #onOver: (() => void) | null = null;

  /** What ends it before anyone reads is told to whoever reads then. */
  constructor(source: Receiving, rules: BodyRules) {
    this.#source = source;
    this.#rules = rules;
    source.whenOver(() => this.#tellOver());
  }

  /** @param act called when nothing of the answer is left, once or more often. */
  whenOver(act: () => void): void {
    this.#onOver = act;
    if (this.#isTold) act();
  }

  /** @throws Refusal `WP-LIMIT-SIZE` when more was declared than is allowed; ends the connection. */
  refuseOversized(): void {
    const { declared, maxBytes } = this.#rules;
    if (declared !== null && declared > maxBytes) throw this.#end(this.#tooLarge(declared));
  }

  /** Nobody wants these bytes: a short rest is read away, so that the connection can serve again. */
  discard(): void {
    const { declared, stallTimeoutMs } = this.#rules;
    const isShort = declared !== null && declared <= MAX_DISCARDED_BYTES;
    if (!isShort) {
      this.#end(null);
      return;
    }
    this.#isOver = true;
    const timer = setTimeout(() => this.#source.abort(this.#tooSlow()), stallTimeoutMs);
    this.#source.whenOver(() => {
      clearTimeout(timer);
      this.#tellOver();
    });
    this.#source.drop();
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#isOver) return { done: true, value: undefined };
    const value = this.#source.atHand() ?? (await this.#wait());
    if (value === null) return this.#finish();
    this.#received += value.length;
    this.#receivedWhileWaiting += value.length;
    const { maxBytes } = this.#rules;
    if (this.#received > maxBytes) throw this.#end(this.#tooLarge(null));
    return { done: false, value };
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#end(null);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #wait(): Promise<Uint8Array | null> {
    const { stallTimeoutMs, url, declared } = this.#rules;
    const before = monotonicMs();
    const timer = setTimeout(() => this.#source.abort(this.#tooSlow()), stallTimeoutMs);
    try {
      const bytes = await this.#source.next();
      this.#countWait(monotonicMs() - before);
      return bytes;
    } catch (error) {
      const isOurs = this.#source.isOurEnd && error !== NOT_WANTED;
      throw this.#end(isOurs ? error : bodyRefusal(error, url, this.#received, declared));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Only time spent waiting counts: a reader that takes its time is no fault of the server's. */
  #countWait(milliseconds: number): void {
    this.#waitedMs += milliseconds;
    if (this.#waitedMs < this.#rules.stallTimeoutMs) return;
    if (this.#receivedWhileWaiting < this.#leastBytes()) throw this.#tooSlow();
    this.#waitedMs = 0;
    this.#receivedWhileWaiting = 0;
  }

  #finish(): IteratorResult<Uint8Array> {
    const { declared, url } = this.#rules;
    if (declared !== null && this.#received !== declared) {
      throw this.#end(truncated(url, this.#received, declared, 'the body ended'));
    }
    this.#end(null);
    return { done: true, value: undefined };
  }

  /** Ends everything and hands `thrown` back. */
  #end<Thrown>(thrown: Thrown): Thrown {
    this.#isOver = true;
    this.#source.abort(NOT_WANTED);
    this.#tellOver();
    return thrown;
  }

  #tellOver(): void {
    this.#isTold = true;
    this.#rules.onEnd();
    this.#onOver?.();
  }

  #tooLarge(declared: number | null): Refusal {
    const { maxBytes, url } = this.#rules;
    const found = declared === null ? 'more' : `${declared} bytes declared`;
    return new Refusal('WP-LIMIT-SIZE', {
      message: `${printableUrl(url)}: expected at most ${maxBytes} bytes, found ${found}`,
    });
  }

  /** In each stall's time of waiting. */
  #leastBytes(): number {
    return Math.ceil((this.#rules.stallTimeoutMs / 1000) * MIN_BYTES_PER_SECOND);
  }

  #tooSlow(): Refusal {
    const { stallTimeoutMs, url } = this.#rules;
    return new Refusal('WP-LIMIT-TIME', {
      message: `${printableUrl(url)}: expected at least ${this.#leastBytes()} bytes in ${stallTimeoutMs} ms, found ${this.#receivedWhileWaiting} (after ${this.#received} bytes)`,
    });
  }
}
