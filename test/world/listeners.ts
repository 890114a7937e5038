// SPDX-License-Identifier: Apache-2.0
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { rememberCarrier, type Protocol, type Request, type Response } from './exchange.ts';

export type Listener = (request: Request, response: Response) => void;

/** A server that speaks TLS; HTTP/2 too where it is `h2` and the options leave ALPN to it. */
export function makeTlsServer(protocol: Protocol, options: TlsOptions, answer: Listener): Server {
  const isOnly = protocol === 'http/1.1' || options.ALPNProtocols !== undefined;
  const server = isOnly
    ? createServer({ ALPNProtocols: ['http/1.1'], ...options }, answer)
    : createSecureServer({ allowHTTP1: true, ...options }, answer);
  // Whoever breaks off is what these tests are about.
  server.on('tlsClientError', () => undefined).on('sessionError', () => undefined);
  server.on('secureConnection', rememberCarrier);
  return server;
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** @returns what closes the server with everything that is open on it. */
export function closing(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}
