// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';
import { GATHERED_BYTES, MIB } from '../core/limits.ts';
import { BROKEN_STREAM } from './failure.ts';

/** More than the kernel gives at a time; until somebody reads, less. */
const MOST_WAITING_BYTES = 1 * MIB;
/** Each takes more than its bytes, however few. */
const MOST_WAITING_PIECES = 4_096;

/** What carries the answer: a connection of its own or a stream of a shared one. */
export interface Carrier {
  /** It carries others as well. */
  readonly isShared?: boolean;
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

export interface Head {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface ReceivingRules {
  /** From the request (or the last of its body) to the end of the answer's head. */
  readonly headersTimeoutMs: number;
  /** What is told where that passes. */
  readonly tooLate: () => Error;
  /** The request goes out: a connection was free, or has come about. */
  readonly onSent: () => void;
}

/** Why nothing more comes; `ours` where we ended it. */
interface Failure {
  readonly thrown: unknown;
  readonly ours: boolean;
}

/**
 * One answer while it comes, between the connection that carries it and whoever reads it. Its bytes
 * are neither joined nor copied. TLS brings them by 16 KiB: whoever was woken for each of them would
 * pay for his waking, and not for the bytes.
 */
export class Receiving implements Dispatcher.DispatchHandler {
  readonly #rules: ReceivingRules;
  readonly #head = Promise.withResolvers<Head>();
  #carrier: Carrier | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isAnswered = false;
  #isEnded = false;
  #failure: Failure | null = null;
  #pieces: Uint8Array[] = [];
  #taken = 0;
  #waiting = 0;
  #most = GATHERED_BYTES;
  #isPaused = false;
  #isUnwanted = false;
  #wake: (() => void) | null = null;
  /** Called once, when nothing more comes and nothing waits. */
  #onOver: (() => void) | null = null;

  constructor(rules: ReceivingRules) {
    this.#rules = rules;
  }

  /** Rejected with a {@link Failure}'s cause as it is. */
  get head(): Promise<Head> {
    return this.#head.promise;
  }

  /** Whether the end came from our side: then `thrown` is what we said. */
  get isOurEnd(): boolean {
    return this.#failure?.ours === true;
  }

  /** Whether other answers come over the same connection. */
  get isShared(): boolean {
    return this.#carrier?.isShared === true;
  }

  /** Nothing more will come. */
  get isOver(): boolean {
    return this.#isEnded || this.#failure !== null;
  }

  /** @param act called once, at once where it is over already. */
  whenOver(act: () => void): void {
    this.#onOver = act;
    this.#tellOver();
  }

  /** Ends it, also while it waits for a connection. */
  abort(reason: unknown): void {
    if (this.isOver) return;
    this.#fail({ thrown: reason, ours: true });
    this.#carrier?.abort(reason instanceof Error ? reason : new Error('ended'));
  }

  /** Nobody wants these bytes. */
  drop(): void {
    this.#isUnwanted = true;
    this.#clear();
    this.#flow();
    this.#tellOver();
  }

  /** What has come already; `null`: nothing, so far. */
  atHand(): Uint8Array | null {
    const piece = this.#pieces[this.#taken];
    if (piece === undefined) return null;
    this.#taken += 1;
    this.#waiting -= piece.length;
    if (this.#taken === this.#pieces.length) {
      this.#clear();
      this.#flow();
      this.#tellOver();
    }
    return piece;
  }

  /** The next piece; `null` at the end. @throws what ended it before. */
  async next(): Promise<Uint8Array | null> {
    this.#most = MOST_WAITING_BYTES;
    this.#flow();
    for (;;) {
      const piece = this.atHand();
      if (piece !== null) return piece;
      if (this.#failure !== null) throw this.#failure.thrown;
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  onRequestStart(carrier: Carrier): void {
    if (this.#failure !== null) {
      carrier.abort(new Error('nobody waits any more'));
      return;
    }
    this.#carrier = carrier;
    this.#beginWatch();
    this.#rules.onSent();
  }

  onBodySent(): void {
    this.#beginWatch();
  }

  onResponseStart(_carrier: Carrier, status: number, headers: Head['headers']): void {
    if (status < 200 || this.isOver) return; // an interim answer: not the one that is waited for
    this.#isAnswered = true;
    this.#endWatch();
    this.#head.resolve({ status, headers });
  }

  onResponseData(_carrier: Carrier, piece: Uint8Array): void {
    if (this.#isUnwanted || this.isOver) return;
    // By then everything that waits in the socket has been taken from it.
    if (this.#pieces.length === 0 && this.#wake !== null) setImmediate(() => this.#rouse());
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (!this.#isTooMuch || this.#isPaused) return;
    this.#isPaused = true;
    this.#carrier?.pause();
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    if (!this.#isAnswered) {
      const message = 'the answer ended before its status';
      this.#fail({
        thrown: Object.assign(new Error(message), { code: BROKEN_STREAM }),
        ours: false,
      });
      return;
    }
    this.#isEnded = true;
    this.#rouse();
    this.#tellOver();
  }

  onResponseError(_carrier: Carrier | null, thrown: unknown): void {
    if (!this.isOver) this.#fail({ thrown, ours: false });
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#endWatch();
    if (!this.#isAnswered) this.#head.reject(failure.thrown);
    this.#rouse();
    this.#tellOver();
  }

  get #isTooMuch(): boolean {
    const pieces = this.#pieces.length - this.#taken;
    return this.#waiting >= this.#most || pieces >= MOST_WAITING_PIECES;
  }

  #clear(): void {
    this.#pieces = [];
    this.#taken = 0;
    this.#waiting = 0;
  }

  #flow(): void {
    if (!this.#isPaused || this.#isTooMuch) return;
    this.#isPaused = false;
    if (!this.isOver) this.#carrier?.resume();
  }

  #beginWatch(): void {
    if (this.#isAnswered || this.isOver) return;
    if (this.#timer !== null) {
      this.#timer.refresh();
      return;
    }
    this.#timer = setTimeout(() => this.abort(this.#rules.tooLate()), this.#rules.headersTimeoutMs);
  }

  #endWatch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #tellOver(): void {
    const isDone = this.#failure !== null || (this.#isEnded && this.#pieces.length === 0);
    if (!isDone || this.#onOver === null) return;
    const tell = this.#onOver;
    this.#onOver = null;
    tell();
  }
}
