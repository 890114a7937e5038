// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { Refusal } from '../core/errors.ts';
import { MAX_DISCARDED_BYTES, MIN_BYTES_PER_SECOND } from '../core/limits.ts';
import { printableUrl } from '../core/url.ts';
import { bodyRefusal, truncated } from './failure.ts';
import { PieceReader } from './piece-reader.ts';

export interface BodyRules {
  readonly url: URL;
  /** How many bytes must come: 0 where none may (HEAD, 204, 304); `null` where nothing tells. */
  readonly declared: number | null;
  readonly maxBytes: number;
  readonly stallTimeoutMs: number;
  /** What an abort is to be told as, or `null` where nobody aborted. */
  readonly aborted: () => { readonly reason: unknown } | null;
  /** Called once, when nothing more will come. */
  readonly onEnd: () => void;
}

/**
 * An answer's bytes, counted and timed while they are read, once. Whoever stops reading (`return`,
 * also before the first byte) or gets an error has ended the connection.
 */
export class BoundedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #stream: Readable;
  readonly #source: PieceReader;
  readonly #rules: BodyRules;
  #received = 0;
  #waitedMs = 0;
  #receivedWhileWaiting = 0;
  #isOver = false;

  constructor(stream: Readable, rules: BodyRules) {
    this.#stream = stream;
    this.#source = new PieceReader(stream);
    this.#rules = rules;
    stream.on('error', () => {
      // Told to whoever reads next; a cut must not end the process when nobody reads yet.
      rules.onEnd();
    });
    stream.on('close', rules.onEnd);
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
    const timer = setTimeout(() => this.#stream.destroy(), stallTimeoutMs);
    this.#stream.once('close', () => {
      clearTimeout(timer);
    });
    this.#stream.resume();
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
    const { stallTimeoutMs, url, declared, aborted } = this.#rules;
    const before = performance.now();
    const timer = setTimeout(() => {
      this.#stream.destroy(this.#tooSlow());
    }, stallTimeoutMs);
    try {
      const bytes = await this.#source.next();
      this.#countWait(performance.now() - before);
      return bytes;
    } catch (error) {
      const abort = aborted();
      throw this.#end(
        abort === null ? bodyRefusal(error, url, this.#received, declared) : abort.reason,
      );
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
    this.#stream.destroy();
    this.#rules.onEnd();
    return thrown;
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
