// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A server that speaks byte by byte, so that it can break every rule of HTTP. */
export interface RawServer {
  readonly port: number;
  /** How many connections came, also those that TLS never opened. */
  readonly connections: () => number;
  /** Every connection that was opened so far, with TLS or without. */
  readonly sockets: readonly Socket[];
  /** The heads of all requests so far, in order. */
  readonly heads: readonly string[];
  close(): Promise<void>;
}

/** Says something on a socket in answer to the `count`th request (from 1). */
export type RawAnswer = (socket: Socket, head: string, count: number) => void;

/** Listens on loopback, port 0; calls `answer` for each request head that comes. */
export async function serveRaw(answer: RawAnswer, tls?: TlsOptions): Promise<RawServer> {
  const sockets: Socket[] = [];
  const heads: string[] = [];
  const onConnection = (socket: Socket): void => {
    sockets.push(socket);
    // A client that goes away is what these tests are about.
    socket.on('error', () => socket.destroy());
    let held = '';
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1');
      for (let end = held.indexOf('\r\n\r\n'); end >= 0; end = held.indexOf('\r\n\r\n')) {
        const head = held.slice(0, end);
        held = held.slice(end + 4);
        heads.push(head);
        answer(socket, head, heads.length);
      }
    });
  };
  const server: Server =
    tls === undefined ? createServer(onConnection) : createTlsServer(tls, onConnection);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return {
    port: address.port,
    connections: () => connections,
    sockets,
    heads,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** A whole HTTP/1.1 answer as text. */
export function http(
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
  body = '',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length =
    'Content-Length' in headers ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `HTTP/1.1 ${status} Because\r\n${length}${lines.join('')}\r\n${body}`;
}
