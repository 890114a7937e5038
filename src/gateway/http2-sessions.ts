// SPDX-License-Identifier: Apache-2.0
import {
  constants,
  performServerHandshake,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { IDLE_CONNECTION_MS, MAX_HTTP2_STREAMS, MAX_REQUEST_HEADER_BYTES } from '../core/limits.ts';
import type { Tunnel } from './tunnel.ts';

/**
 * Beside these, Node's own bounds stand: 128 headers to a request, 32 settings to a frame, streams
 * that are reset at once (1,000, then 33 a second), settings whose acknowledgements nobody reads.
 */
const OPTIONS: ServerOptions = {
  settings: {
    maxConcurrentStreams: MAX_HTTP2_STREAMS,
    maxHeaderListSize: MAX_REQUEST_HEADER_BYTES,
  },
  // Counts answers that the client has not taken yet, in MB; beyond it, streams are turned away.
  maxSessionMemory: 1_024,
  maxSessionInvalidFrames: 100,
};

export type OnStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  tunnel: Tunnel,
) => void;

/** The connections on which clients speak HTTP/2 (RFC 9113), each within one tunnel. */
export class Http2Sessions {
  readonly #open = new Set<ServerHttp2Session>();
  readonly #onStream: OnStream;

  constructor(onStream: OnStream) {
    this.#onStream = onStream;
  }

  serve(connection: TLSSocket, tunnel: Tunnel): void {
    const session = performServerHandshake(connection, OPTIONS);
    connection.emit('secureConnect'); // which nobody does for us, and the session waits for
    this.#open.add(session);
    session.once('close', () => this.#open.delete(session));
    session.on('error', () => session.destroy()); // as of every client that breaks off
    connection.once('end', () => session.destroy()); // else half of it would stay open
    let streams = 0;
    session.on('stream', (stream, headers, _flags, rawHeaders) => {
      streams += 1;
      stream.once('close', () => (streams -= 1));
      stream.on('error', () => stream.destroy());
      if (rawHeaders.join().length > MAX_REQUEST_HEADER_BYTES) {
        return stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      }
      if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
      this.#onStream(stream, headers, tunnel);
    });
    session.setTimeout(IDLE_CONNECTION_MS);
    session.on('timeout', () => {
      if (streams === 0) session.destroy();
    });
  }

  close(): void {
    for (const session of this.#open) session.destroy();
  }
}
