// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Server as Listener, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { asRefusal, reason, type Reason } from '../core/errors.ts';
import { HEADERS_TIMEOUT_MS, KIB } from '../core/limits.ts';
import { Admission } from './admission.ts';
import { createEphemeralAuthority, type EphemeralAuthority } from './ephemeral-authority.ts';
import { Gate } from './gate.ts';
import { answerMalformed, answerRequest } from './request-handler.ts';
import type { GatewayParts } from './parts.ts';
import { PROXY_CHALLENGE, rawProblem } from './raw-answer.ts';
import { readAbsolute, readDestination, readTunnelled, type Target } from './request-target.ts';
import { Tunnels } from './tunnel.ts';

const MAX_HEADER_BYTES = 32 * KIB;
const KEEP_ALIVE_MS = 60_000;

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
  readonly #tunnels: Tunnels;
  readonly #connections = new Set<Socket>();
  readonly #received = new Set<Listener>();
  readonly #answering = new Set<Promise<void>>();

  constructor(parts: GatewayParts) {
    this.gate = new Gate(parts);
    this.admission = new Admission(parts);
    this.authority = createEphemeralAuthority(parts.clock);
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 0, // a push may take its time; its headers may not
      keepAliveTimeout: KEEP_ALIVE_MS,
      insecureHTTPParser: false,
      requireHostHeader: false, // missing or doubled, it is our 400 to give
    });
    this.#tunnels = new Tunnels(this.authority, this.#server, (host, message) =>
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
    const hosts = request.headersDistinct['host'] ?? [];
    const head = { target: request.url ?? '', hosts };
    const target: Target =
      tunnel === null ? readAbsolute(head) : readTunnelled(head, tunnel.scheme, tunnel.destination);
    if (!target.ok) return answerMalformed(this.gate, response, target);
    await answerRequest(this.gate, { request, response, url: target.url }, () =>
      this.#tunnels.reset(socket),
    );
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
