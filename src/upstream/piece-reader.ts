// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { MIB } from '../core/limits.ts';

/** More than the kernel gives at a time: what comes for a paused reader is joined by undici, and copied. */
const MOST_WAITING_BYTES = 1 * MIB;

/**
 * A stream's bytes as they come, none of them joined or copied. TLS brings them by 16 KiB: whoever
 * was woken for each of them would pay for his waking, and not for the bytes.
 */
export class PieceReader {
  readonly #stream: Readable;
  #pieces: Uint8Array[] = [];
  #taken = 0;
  #waiting = 0;
  #isWatched = false;
  #wake: (() => void) | null = null;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /** What has come already; `null`: nothing, so far. */
  atHand(): Uint8Array | null {
    const piece = this.#pieces[this.#taken];
    if (piece === undefined) return null;
    this.#taken += 1;
    this.#waiting -= piece.length;
    if (this.#taken === this.#pieces.length) {
      this.#pieces = [];
      this.#taken = 0;
      if (this.#stream.isPaused()) this.#stream.resume();
    }
    return piece;
  }

  /** The next piece; `null` at the end. @throws what ended the stream before it. */
  async next(): Promise<Uint8Array | null> {
    this.#watch();
    for (;;) {
      const piece = this.atHand();
      if (piece !== null) return piece;
      const { errored, readableEnded, closed } = this.#stream;
      if (errored !== null) throw errored;
      if (readableEnded) return null;
      if (closed) throw closedEarly();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#stream.on('data', (piece: Uint8Array) => this.#push(piece));
    for (const event of ['end', 'error', 'close']) this.#stream.on(event, () => this.#rouse());
  }

  #push(piece: Uint8Array): void {
    // By then everything that waits in the socket has been taken from it.
    if (this.#pieces.length === 0) setImmediate(() => this.#rouse());
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (this.#waiting >= MOST_WAITING_BYTES) this.#stream.pause();
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

function closedEarly(): Error {
  const error = new Error('the stream was closed before its end');
  return Object.assign(error, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
