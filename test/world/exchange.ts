// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** What a server speaks over TLS: `h2` is offered beside HTTP/1.1, the other one alone. */
export type Protocol = 'h2' | 'http/1.1';
export const PROTOCOLS: readonly Protocol[] = ['h2', 'http/1.1'];

/** A request as Node has it, in whichever HTTP. */
export interface Request extends Readable {
  readonly httpVersionMajor: number;
  readonly method?: string | undefined;
  url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly socket: Socket;
  /** Of HTTP/2. */
  readonly stream?: ServerHttp2Stream;
}

/** An answer as Node takes it, in whichever HTTP. */
export interface Response {
  readonly destroyed: boolean;
  setHeader(name: string, value: string): unknown;
  writeHead(status: number, headers?: OutgoingHttpHeaders): Response;
  write(piece: string | Uint8Array, done?: () => void): boolean;
  end(last?: string | Uint8Array): unknown;
  destroy(): unknown;
  once(event: 'drain' | 'close' | 'error', act: () => void): unknown;
}

/** By the client's port: an HTTP/2 request shows no socket that can be ended. */
const carriers = new Map<number, Socket>();

/** So that whatever comes over it can be cut. */
export function rememberCarrier(socket: Socket): void {
  const { remotePort } = socket;
  if (remotePort === undefined) return;
  carriers.set(remotePort, socket);
  socket.once('close', () => {
    if (carriers.get(remotePort) === socket) carriers.delete(remotePort);
  });
}

export function isHttp2({ httpVersionMajor }: Request): boolean {
  return httpVersionMajor === 2;
}

/** What carries the request: over HTTP/2 many others too. */
export function carrierOf({ socket }: Request): Socket {
  return carriers.get(socket.remotePort ?? 0) ?? socket;
}

/** Ends the connection, with everything that is on it. */
export function cutConnection(request: Request): void {
  carrierOf(request).destroy();
}
