// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Server as Listener, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { asRefusal, reason, type Reason } from '../core/errors.ts';
import {
  HEADERS_TIMEOUT_MS,
  IDLE_CONNECTION_MS,
  MAX_REQUEST_HEADER_BYTES,
} from '../core/limits.ts';
import { Admission } from './admission.ts';
import { createEphemeralAuthority, type EphemeralAuthority } from './ephemeral-authority.ts';
import { Gate } from './gate.ts';
import { Http2Sessions } from './http2-sessions.ts';
import { answerMalformed, answerRequest } from './request-handler.ts';
import type { GatewayParts } from './parts.ts';
import { PROXY_CHALLENGE, rawProblem } from './raw-answer.ts';
import { http1Request, http2Request } from './request.ts';
import { readAbsolute, readDestination, readTunnelled, type Target } from './request-target.ts';
import { Tunnels, type Tunnel } from './tunnel.ts';

/** The wrapper's door. */
export interface Gateway {
  readonly port: number;
  /** This run's CA certificate; its key never leaves memory. */
  readonly caPem: string;
  /** `http://127.0.0.1:PORT`: for arguments, which other users can read. */
  readonly proxy: string;
  /** The same with the per-run secret: for the environment. */
  readonly proxyWithSecret: string;
  /**
   * Serves whoever comes through a listener in a network of this run's own; it is closed with us.
   */
  receive(door: Listener): void;
  /** Hosts that answered something that was no distribution, with how many requests. */
  otherTraffic(): readonly { readonly host: string; readonly requests: number }[];
  /** Accepts nothing more, ends every connection, and waits until nothing is being answered. */
  close(): Promise<void>;
}

/** Opens an intercepting forward proxy on a free port of 127.0.0.1. */
export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const door = new Door(parts);
  const port = await door.listen();
  return {
    port,
    caPem: door.authority.certificatePem,
    proxy: `http://127.0.0.1:${port}`,
    proxyWithSecret: `http://${door.admission.userInfo}127.0.0.1:${port}`,
    receive: (listener) => door.receive(listener),
    otherTraffic: () => door.gate.otherTraffic(),
    close: () => door.close(),
  };
}

class Door {
  readonly gate: Gate;
  readonly admission: Admission;
  readonly authority: EphemeralAuthority;
  readonly #server: Server;
  readonly #http2: Http2Sessions;
  readonly #tunnels: Tunnels;
  readonly #connections = new Set<Socket>();
  readonly #received = new Set<Listener>();
  readonly #answering = new Set<Promise<void>>();

  constructor(parts: GatewayParts) {
    this.gate = new Gate(parts);
    this.admission = new Admission(parts);
    this.authority = createEphemeralAuthority(parts.clock);
    this.#server = createServer({
      maxHeaderSize: MAX_REQUEST_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 0, // a push may take its time; its headers may not
      keepAliveTimeout: IDLE_CONNECTION_MS,
      insecureHTTPParser: false,
      requireHostHeader: false, // missing or doubled, it is our 400 to give
    });
    this.#http2 = new Http2Sessions((stream, headers, tunnel) =>
      this.#follow(this.#answerStream(stream, headers, tunnel), stream),
    );
    const servers = { http1: this.#server, http2: this.#http2 };
    this.#tunnels = new Tunnels(this.authority, servers, (host, message) =>
      parts.log({ event: 'handshake-failed', host, message }),
    );
    this.#server.on('connection', (socket) => this.#track(socket));
    this.#server.on('request', (request, response) =>
      this.#follow(this.#answer(request, response), request.socket),
    );
    this.#server.on('connect', (request, socket, head) =>
      this.#follow(this.#connect(request, head), socket),
    );
    this.#server.on('upgrade', (request, socket) => this.#refuseUpgrade(request, socket));
  }

  listen(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#server.once('error', reject);
    this.#server.listen(0, '127.0.0.1', () => {
      const address = this.#server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
    return promise;
  }

  receive(listener: Listener): void {
    this.#received.add(listener);
    listener.on('connection', (socket) => {
      socket.setNoDelay(true); // as the server does with its own
      this.admission.vouchFor(socket);
      this.#server.emit('connection', socket);
    });
  }

  async close(): Promise<void> {
    const listeners: readonly Listener[] = [this.#server, ...this.#received];
    const closed = Promise.all(
      listeners.map((listener) => new Promise((resolve) => listener.close(resolve))),
    );
    this.#http2.close();
    for (const socket of this.#connections) socket.destroy();
    await Promise.allSettled(this.#answering);
    await closed;
  }

  #track(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.destroy()); // a client that breaks off is no event
  }

  /** The last net: what even the handlers could not answer ends the connection. */
  #follow(answering: Promise<void>, socket: Duplex): void {
    const settled = answering
      .catch((thrown: unknown) => {
        socket.destroy();
        const why = asRefusal(thrown, 'answering a connection').toReason();
        this.gate.parts.log({ event: 'fault', url: '', reason: why });
      })
      .finally(() => this.#answering.delete(settled));
    this.#answering.add(settled);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => response.destroy()); // as above: seen by `Exchange.gone`
    const { socket } = request;
    const tunnel = this.#tunnels.of(socket);
    if (tunnel === null && !(await this.#admits(request, socket))) {
      response.writeHead(407, PROXY_CHALLENGE.headers);
      response.end(PROXY_CHALLENGE.body);
      return;
    }
    const asked = http1Request(request);
    const target: Target =
      tunnel === null
        ? readAbsolute(asked)
        : readTunnelled(asked, tunnel.scheme, tunnel.destination);
    if (!target.ok) return answerMalformed(this.gate, response, target);
    await answerRequest(this.gate, { request: asked, response, url: target.url }, () =>
      this.#tunnels.reset(socket),
    );
  }

  async #answerStream(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    { scheme, destination }: Tunnel,
  ): Promise<void> {
    const asked = http2Request(stream, headers);
    const target = readTunnelled(asked, scheme, destination);
    if (!target.ok) return answerMalformed(this.gate, stream, target);
    await answerRequest(this.gate, { request: asked, response: stream, url: target.url }, () => {
      // RST_STREAM alone; `close` would end the stream first, and some take that for a clean end.
      stream.destroy(new Error('refused on the way'));
    });
  }

  async #connect(request: IncomingMessage, head: Uint8Array): Promise<void> {
    const { socket: raw } = request;
    const destination = readDestination(request.url ?? '');
    if (this.#tunnels.of(raw) !== null || destination === null) {
      raw.end(rawProblem(400, this.#malformed('a CONNECT must name a host and a port, once')));
    } else if (await this.#admits(request, raw)) {
      this.#tunnels.open(raw, head, destination);
    } else {
      raw.end(PROXY_CHALLENGE.raw);
    }
  }

  #refuseUpgrade(request: IncomingMessage, socket: Duplex): void {
    const wanted = request.headers.upgrade ?? '';
    socket.end(rawProblem(403, this.#malformed(`an upgrade to ${wanted} cannot be judged`)));
  }

  async #admits(request: IncomingMessage, socket: Socket): Promise<boolean> {
    const admitted = await this.admission.admits(request.headers['proxy-authorization'], socket);
    if (!admitted) {
      this.gate.parts.log({ event: 'unauthenticated', reason: PROXY_CHALLENGE.reason });
    }
    return admitted;
  }

  #malformed(message: string): Reason {
    const found = reason('WP-BYPASS-TRAFFIC', message);
    this.gate.parts.log({ event: 'malformed', reason: found });
    return found;
  }
}
