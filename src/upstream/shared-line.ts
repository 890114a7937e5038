// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { asRefusal } from '../core/errors.ts';
import { SHARED_CONNECTION } from '../core/limits.ts';
import { monotonicMs } from '../core/monotonic.ts';
import type { Line, LineRequest } from './line.ts';
import type { Receiving } from './receiving.ts';
import { StreamSession } from './stream-session.ts';

export interface SharedLineSettings {
  readonly origin: string;
  /** A new connection, and whether the server chose HTTP/2 for it. */
  readonly dial: () => Promise<{ readonly socket: Socket; readonly isHttp2: boolean }>;
  /** Connections of HTTP/1.1, one for each request. */
  readonly own: Line;
  /** How many of these there may be. */
  readonly connections: number;
  /** Takes a connection that was opened for all and serves HTTP/1.1. */
  readonly spare: (socket: Socket) => void;
}

interface Waiting {
  readonly request: LineRequest;
  readonly receiving: Receiving;
}

/**
 * One server's requests over one connection, where it speaks HTTP/2; else over connections of their
 * own. What it speaks is known once the first connection has come about: all wait for that one.
 */
export class SharedLine implements Line {
  readonly #settings: SharedLineSettings;
  #session: StreamSession | null = null;
  /** Those before it too, while anything is left of them. */
  readonly #sessions = new Set<StreamSession>();
  #isHttp1 = false;
  #isDialling = false;
  #waiting: Waiting[] = [];
  #closed: Error | null = null;

  constructor(settings: SharedLineSettings) {
    this.#settings = settings;
  }

  dispatch(request: LineRequest, receiving: Receiving): void {
    const isDoubtful = this.#session?.isDoubtful === true;
    if (this.#isHttp1 || isDoubtful || request.body !== null) {
      this.#settings.own.dispatch(request, receiving);
      return;
    }
    this.#waiting.push({ request, receiving });
    this.#serve();
  }

  close(why: Error): void {
    this.#closed = why;
    this.#fail(this.#waiting.splice(0), why);
    for (const session of this.#sessions) session.destroy(why);
  }

  #serve(): void {
    if (this.#session?.isRetired === true) this.#session = null;
    while (this.#waiting.length > 0) {
      if (this.#session === null) {
        if (!this.#isDialling && this.#closed === null) void this.#dial();
        return;
      }
      if (this.#session.isFull) {
        // It may mean never; and nobody waits here who would not where all have their own.
        const { isIdle, most } = this.#session;
        const isNarrow = most < this.#settings.connections;
        if (isIdle || isNarrow) this.#dispatchOwn(this.#waiting.splice(0));
        return;
      }
      const next = this.#waiting.shift();
      if (next?.receiving.isOver === false) this.#session.ask(next.request, next.receiving);
    }
  }

  async #dial(): Promise<void> {
    this.#isDialling = true;
    const begun = monotonicMs();
    try {
      const { socket, isHttp2 } = await this.#settings.dial();
      this.#isDialling = false;
      this.#use(socket, isHttp2);
    } catch (thrown) {
      this.#isDialling = false;
      this.#missed(thrown, monotonicMs() - begun);
    }
  }

  #use(socket: Socket, isHttp2: boolean): void {
    if (this.#closed !== null) {
      socket.destroy();
      return;
    }
    if (isHttp2) {
      const session = new StreamSession(this.#settings.origin, socket, () => this.#serve());
      this.#session = session;
      this.#sessions.add(session);
      socket.once('close', () => this.#sessions.delete(session));
      this.#serve();
      return;
    }
    this.#isHttp1 = true;
    this.#settings.spare(socket);
    this.#dispatchOwn(this.#waiting.splice(0));
  }

  /**
   * The one that the connection was opened for has failed. Whoever waited for long with it has seen
   * no less; everybody else tries a connection of his own, so that one that breaks fails one request.
   */
  #missed(thrown: unknown, milliseconds: number): void {
    const waiting = this.#waiting.splice(0);
    const refusal = asRefusal(thrown, 'connecting');
    const isQuick =
      refusal.code === 'WP-UPSTREAM-UNREACHABLE' && milliseconds < SHARED_CONNECTION.probeMs;
    this.#fail(isQuick ? waiting.splice(0, 1) : waiting.splice(0), refusal);
    this.#dispatchOwn(waiting);
  }

  #dispatchOwn(waiting: readonly Waiting[]): void {
    for (const { request, receiving } of waiting) {
      if (!receiving.isOver) this.#settings.own.dispatch(request, receiving);
    }
  }

  #fail(waiting: readonly Waiting[], why: Error): void {
    for (const { receiving } of waiting) receiving.onResponseError(null, why);
  }
}
