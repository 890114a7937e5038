// SPDX-License-Identifier: Apache-2.0
import { constants, type ClientHttp2Stream } from 'node:http2';
import { Refusal } from '../core/errors.ts';
import { SHARED_CONNECTION } from '../core/limits.ts';
import { BROKEN_STREAM, codeOf } from './failure.ts';
import type { Carrier, Head, Receiving } from './receiving.ts';

/** Carries one answer over a stream of an HTTP/2 connection. */
export class StreamCarrier implements Carrier {
  readonly isShared = true;
  readonly #stream: ClientHttp2Stream;
  readonly #receiving: Receiving;
  readonly #onGivenUp: () => void;
  #isAnswered = false;
  #isEnded = false;
  #isOver = false;
  /** How many frames of it wait in the stream itself. */
  #held = 0;

  /** @param onGivenUp called where the server took longer than it may, or takes nothing more. */
  constructor(stream: ClientHttp2Stream, receiving: Receiving, onGivenUp: () => void) {
    this.#stream = stream;
    this.#receiving = receiving;
    this.#onGivenUp = onGivenUp;
  }

  begin(): void {
    const stream = this.#stream;
    stream.on('response', (_headers, _flags, raw) => this.#answer(raw));
    stream.on('data', (piece: Uint8Array) => {
      this.#held -= 1;
      if (!this.#isOver) this.#receiving.onResponseData(this, piece);
    });
    stream.on('error', (thrown) => this.#break(thrown));
    stream.on('close', () => this.#close());
    this.#watchPushes();
    this.#receiving.onRequestStart(this);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#isOver) this.#stream.resume();
  }

  abort(reason: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Said first: what is destroyed alone ends without an error code, as if all had been read.
    this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#stream.destroy();
    // Ours are about time; whoever asked has reasons of his own.
    if (reason instanceof Refusal) this.#onGivenUp();
  }

  #answer(raw: readonly string[]): void {
    if (this.#isOver) return;
    this.#isAnswered = true;
    const { status, headers } = headOf(raw);
    this.#receiving.onResponseStart(this, status, headers);
  }

  /**
   * Node tells of an end alike whether the server has sent all (END_STREAM) or has given the stream up
   * without an error code. Only the first comes while the stream is still open.
   *
   * A window of bytes is no bound for frames of one byte, each of which takes a hundred times as much
   * here: whoever sends such while nobody reads is broken off.
   */
  #watchPushes(): void {
    const stream = this.#stream;
    const push = stream.push.bind(stream);
    stream.push = (piece, encoding) => {
      if (piece === null && !stream.closed) this.#isEnded = true;
      if (piece !== null) this.#held += 1;
      if (this.#held > SHARED_CONNECTION.heldFrames && !this.#isOver) {
        this.#break(new Error('too many small frames'));
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        stream.destroy();
        return false;
      }
      return push(piece, encoding);
    };
  }

  /**
   * Only here: an answer that is cut off looks like one that has ended until its code is known. What
   * waits in the stream when its connection ends is lost, although the server has sent all.
   */
  #close(): void {
    if (this.#isOver) return;
    const { rstCode, readableEnded } = this.#stream;
    const isWhole = this.#isAnswered && this.#isEnded && readableEnded;
    if (!isWhole || rstCode !== constants.NGHTTP2_NO_ERROR) {
      this.#break(new Error(`the stream ended with code ${rstCode}`));
      return;
    }
    this.#isOver = true;
    this.#receiving.onResponseEnd();
  }

  #break(thrown: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Also said by our own side, of a connection that is at its end without anybody having told.
    if (this.#stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) this.#onGivenUp();
    this.#receiving.onResponseError(this, named(thrown));
  }
}

/** What a stream's end says of the network or of TLS is said as it is, HTTP/2's own in one way. */
function named(thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code !== '' && !code.startsWith('ERR_HTTP2')) return thrown;
  const error = new Error('the stream was broken off', { cause: thrown });
  return Object.assign(error, { code: BROKEN_STREAM });
}

/** From names and values in turn; repeated ones are kept apart, as those of HTTP/1.1 are. */
function headOf(raw: readonly string[]): Head {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const value = raw[at + 1] ?? '';
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (name.startsWith(':') || name === '__proto__') continue;
    if (before === undefined) headers[name] = value;
    else headers[name] = typeof before === 'string' ? [before, value] : [...before, value];
  }
  return { status: Number(raw[raw.indexOf(':status') + 1]), headers };
}
