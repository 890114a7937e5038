// SPDX-License-Identifier: Apache-2.0
import { connect, sensitiveHeaders, type ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { SHARED_CONNECTION } from '../core/limits.ts';
import { BROKEN_STREAM } from './failure.ts';
import type { LineRequest } from './line.ts';
import type { Receiving } from './receiving.ts';
import { StreamCarrier } from './stream-carrier.ts';

/** What must not end up in the tables of header compression, whose sizes tell of what is in them. */
const SECRETS = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * One HTTP/2 connection (RFC 9113) that carries many answers side by side. Everything a server can
 * make it hold is bounded: header lists by what HTTP/1.1 allows here, bodies by windows of which all
 * streams together have less than the connection, so that one whom nobody reads stops no other.
 */
export class StreamSession {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #onFree: () => void;
  #streams = 0;
  #isRetired = false;
  #probe: NodeJS.Timeout | null = null;
  #idle: NodeJS.Timeout | null = null;

  /** @param onFree called when it can take more, or never will again. */
  constructor(origin: string, socket: Socket, onFree: () => void) {
    const { streams, streamWindow, window, headerBytes, headerPairs } = SHARED_CONNECTION;
    this.#socket = socket;
    this.#onFree = onFree;
    this.#session = connect(origin, {
      createConnection: () => socket,
      peerMaxConcurrentStreams: streams,
      maxHeaderListPairs: headerPairs,
      maxReservedRemoteStreams: 0,
      settings: {
        enablePush: false,
        initialWindowSize: streamWindow,
        maxHeaderListSize: headerBytes,
      },
    });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(window));
    // Every stream on it is told as well, and tells whoever waits for it.
    this.#session.on('error', () => this.#retire());
    this.#session.on('goaway', () => {
      this.#retire();
      if (this.isIdle) this.#end();
    });
    this.#session.on('close', () => {
      if (this.#probe !== null) clearTimeout(this.#probe);
      this.#retire();
    });
    this.#session.on('remoteSettings', onFree);
    this.#rest();
  }

  /** Nothing new goes over it: the server said so, it has ended, or it says nothing any more. */
  get isRetired(): boolean {
    return this.#isRetired || this.#session.closed || this.#session.destroyed;
  }

  /** It is not known whether anybody is still there. */
  get isDoubtful(): boolean {
    return this.#probe !== null;
  }

  get isIdle(): boolean {
    return this.#streams === 0;
  }

  /** How many streams it may carry at a time, as far as the server has told. */
  get most(): number {
    const { streams } = SHARED_CONNECTION;
    return Math.min(this.#session.remoteSettings.maxConcurrentStreams ?? streams, streams);
  }

  get isFull(): boolean {
    return this.#streams >= this.most;
  }

  ask(request: LineRequest, receiving: Receiving): void {
    const { origin, path, method, headers } = request;
    const fields = {
      ...headers,
      ':method': method,
      ':scheme': 'https',
      ':authority': origin.slice('https://'.length),
      ':path': path,
      [sensitiveHeaders]: SECRETS.filter((name) => headers[name] !== undefined),
    };
    try {
      const stream = this.#session.request(fields, { endStream: true });
      this.#began();
      stream.once('close', () => this.#ended());
      new StreamCarrier(stream, receiving, () => this.#doubt()).begin();
    } catch (thrown) {
      // The session ended in this very turn, or a header cannot be said over it.
      receiving.onResponseError(null, thrown);
    }
  }

  /** Ends it and everything on it. */
  destroy(why: Error): void {
    this.#retire();
    this.#session.destroy(why);
    this.#socket.destroy();
  }

  #began(): void {
    this.#streams += 1;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#streams === 1) this.#session.ref();
  }

  #ended(): void {
    this.#streams -= 1;
    if (this.#streams === 0) {
      if (this.isRetired) this.#end();
      else this.#rest();
    }
    this.#onFree();
  }

  /** Without waiting for the server's end of it: one that never ends it would keep us running. */
  #end(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  /** It keeps no program running, and is not kept for ever. */
  #rest(): void {
    this.#session.unref();
    this.#idle = setTimeout(() => {
      this.#retire();
      this.#end();
    }, SHARED_CONNECTION.idleMs);
    this.#idle.unref();
  }

  /** Asks whether anybody is still there: one who answers nothing takes every request with him. */
  #doubt(): void {
    if (this.#probe !== null || this.isRetired) return;
    this.#probe = setTimeout(() => {
      const message = 'the connection says nothing any more';
      this.destroy(Object.assign(new Error(message), { code: BROKEN_STREAM }));
    }, SHARED_CONNECTION.probeMs);
    const sent = this.#session.ping((error) => {
      if (error !== null || this.#probe === null) return;
      clearTimeout(this.#probe);
      this.#probe = null;
      this.#onFree();
    });
    if (!sent) this.destroy(Object.assign(new Error('no probe'), { code: BROKEN_STREAM }));
  }

  #retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#onFree();
  }
}
