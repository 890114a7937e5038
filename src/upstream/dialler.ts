// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { rootsWith } from './ca-bundle.ts';
import { connectRefusal, placeOf, RESET, unreachable, type Peer } from './failure.ts';
import type { CorporateProxy } from './proxy-choice.ts';
import { openTunnel } from './tunnel.ts';

export interface DiallerSettings {
  /** PEM certificates trusted beside the machine's roots. */
  readonly ownRoots: readonly string[];
  readonly minimumTls: SecureVersion;
  readonly timeoutMs: number;
  readonly allowH2: boolean;
  readonly lookup?: LookupFunction | undefined;
}

export interface Destination {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
}

/** Opens every socket of this program: directly or through a proxy, with TLS as strict as is set. */
export class Dialler {
  readonly #settings: DiallerSettings;
  readonly #pending = new Set<AbortController>();
  #trust: SecureContext | null = null;

  constructor(settings: DiallerSettings) {
    this.#settings = settings;
  }

  /** @throws Refusal `WP-UPSTREAM-UNREACHABLE`, `WP-UPSTREAM-STATUS` (a proxy's), `WP-TLS`. */
  async dial(to: Destination, proxy: CorporateProxy | null): Promise<Socket> {
    const { timeoutMs } = this.#settings;
    const attempt = new AbortController();
    const where = placeOf({ ...to, role: 'server' });
    const timer = setTimeout(() => {
      attempt.abort(unreachable(`${where}: no connection within ${timeoutMs} ms`));
    }, timeoutMs);
    this.#pending.add(attempt);
    const opened: Socket[] = [];
    try {
      return await this.#open(to, proxy, opened, attempt.signal);
    } catch (error) {
      for (const socket of opened) socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(attempt);
    }
  }

  /** Ends every attempt under way. */
  abandon(why: Error): void {
    for (const attempt of this.#pending) attempt.abort(why);
  }

  async #open(
    to: Destination,
    proxy: CorporateProxy | null,
    opened: Socket[],
    signal: AbortSignal,
  ): Promise<Socket> {
    const target: Peer = { ...to, role: 'server' };
    if (proxy === null) return this.#openWith(target, to.secure, opened, signal);
    const peer: Peer = { hostname: proxy.hostname, port: proxy.port, role: 'proxy' };
    const toProxy = await this.#openWith(peer, proxy.secure, opened, signal);
    await during(peer, signal, () => openTunnel(toProxy, proxy, target, signal));
    return to.secure ? this.#startTls(target, toProxy, opened, signal) : toProxy;
  }

  async #openWith(
    peer: Peer,
    secure: boolean,
    opened: Socket[],
    signal: AbortSignal,
  ): Promise<Socket> {
    const { lookup } = this.#settings;
    const socket = connectTcp({
      host: peer.hostname,
      port: peer.port,
      keepAlive: true,
      noDelay: true,
      ...(lookup === undefined ? {} : { lookup }),
    });
    opened.push(socket);
    keepResetsApart(socket);
    await during(peer, signal, () => once(socket, 'connect', { signal }));
    return secure ? this.#startTls(peer, socket, opened, signal) : socket;
  }

  async #startTls(
    peer: Peer,
    over: Socket,
    opened: Socket[],
    signal: AbortSignal,
  ): Promise<TLSSocket> {
    // No session is resumed: Node does not check the server's name again on a resumed one.
    const socket = connectTls({
      socket: over,
      host: peer.hostname,
      ...(isIP(peer.hostname) === 0 ? { servername: peer.hostname } : {}),
      secureContext: this.#secureContext(),
      ALPNProtocols: this.#settings.allowH2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    });
    opened.push(socket);
    keepResetsApart(socket);
    let certificate: Uint8Array | null = null;
    // Before Node's own listener, which ends a socket whose certificate it does not accept: only
    // to say whose it was. The decision stays Node's. (getPeerX509Certificate would empty what Node
    // itself looks at next.)
    socket.prependOnceListener('secure', () => {
      certificate = socket.getPeerCertificate().raw ?? null;
    });
    await during(
      peer,
      signal,
      () => once(socket, 'secureConnect', { signal }),
      () => certificate,
    );
    return socket;
  }

  #secureContext(): SecureContext {
    this.#trust ??= createSecureContext({
      ca: rootsWith(this.#settings.ownRoots),
      minVersion: this.#settings.minimumTls,
    });
    return this.#trust;
  }
}

async function during(
  peer: Peer,
  signal: AbortSignal,
  step: () => Promise<unknown>,
  certificate: () => Uint8Array | null = () => null,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    throw connectRefusal(
      signal.aborted ? signal.reason : error,
      peer,
      readCertificate(certificate()),
    );
  }
}

function readCertificate(der: Uint8Array | null): X509Certificate | null {
  try {
    return der === null ? null : new X509Certificate(der);
  } catch {
    return null; // it only serves to name what was refused anyway
  }
}

/**
 * undici takes ECONNRESET for the end of a body that has no length. A reset is never an end, so the
 * error gets a code of ours before undici's listener sees it.
 */
function keepResetsApart(socket: Socket): void {
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = RESET;
  });
}
