// SPDX-License-Identifier: Apache-2.0
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { EphemeralAuthority } from './ephemeral-authority.ts';
import type { Http2Sessions } from './http2-sessions.ts';
import type { Destination } from './request-target.ts';

/** What is known of a connection that came through a CONNECT. */
export interface Tunnel {
  readonly destination: Destination;
  readonly scheme: 'http:' | 'https:';
  /** The connection below TLS: only this one can be reset. */
  readonly raw: Socket;
}

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';
/** The first byte of a TLS record that holds a handshake message (RFC 8446 5.1). */
const TLS_HANDSHAKE = 0x16;
const SILENCE_MS = 60_000;

/** Who serves the requests of a connection, by what it speaks. */
interface Servers {
  readonly http1: Server;
  readonly http2: Http2Sessions;
}

/** The far ends of CONNECTs: each ends here, and its requests go to the one place that judges them. */
export class Tunnels {
  readonly #byConnection = new WeakMap<Duplex, Tunnel>();
  readonly #authority: EphemeralAuthority;
  readonly #servers: Servers;
  readonly #onFailedHandshake: (host: string, message: string) => void;

  constructor(
    authority: EphemeralAuthority,
    servers: Servers,
    onFailedHandshake: (host: string, message: string) => void,
  ) {
    this.#authority = authority;
    this.#servers = servers;
    this.#onFailedHandshake = onFailedHandshake;
  }

  of(connection: Duplex): Tunnel | null {
    return this.#byConnection.get(connection) ?? null;
  }

  /** Ends a connection so that no client can take it for a clean end. */
  reset(connection: Socket): void {
    const raw = this.of(connection)?.raw ?? connection;
    raw.resetAndDestroy();
    connection.destroy();
  }

  /** Accepts, then looks at the first byte: TLS, or plain http within the tunnel. */
  open(raw: Socket, head: Uint8Array, destination: Destination): void {
    raw.write(ESTABLISHED);
    if (head.length > 0) raw.unshift(head);
    const silence = setTimeout(() => raw.destroy(), SILENCE_MS);
    raw.once('close', () => clearTimeout(silence));
    const look = (): void => {
      const first: unknown = raw.read();
      if (!Buffer.isBuffer(first)) return;
      raw.off('readable', look);
      raw.unshift(first);
      const settled = (): void => clearTimeout(silence);
      if (first[0] === TLS_HANDSHAKE) this.#endTls(raw, destination, settled);
      else {
        settled();
        this.#serve(raw, { destination, scheme: 'http:', raw });
      }
    };
    raw.on('readable', look);
  }

  #endTls(raw: Socket, destination: Destination, settled: () => void): void {
    const secure = new TLSSocket(raw, {
      isServer: true,
      secureContext: this.#authority.contextFor(destination.host),
      ALPNProtocols: ['h2', 'http/1.1'],
      requestCert: false,
      rejectUnauthorized: false, // of client certificates, which nobody asks for
    });
    let secured = false;
    secure.once('secure', () => {
      secured = true;
      settled();
      const tunnel = { destination, scheme: 'https:', raw } as const;
      if (secure.alpnProtocol === 'h2') this.#servers.http2.serve(secure, tunnel);
      else this.#serve(secure, tunnel);
    });
    secure.on('error', (error) => {
      if (!secured) this.#onFailedHandshake(destination.host, error.message);
      raw.destroy();
    });
  }

  #serve(connection: Socket, tunnel: Tunnel): void {
    this.#byConnection.set(connection, tunnel);
    this.#servers.http1.emit('connection', connection);
  }
}
