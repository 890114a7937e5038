// SPDX-License-Identifier: Apache-2.0
import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls';
import { Refusal } from '../core/errors.ts';
import { during, endSoon, tooLate, type Attempt } from './attempt.ts';
import { sentChain } from './certificate-chain.ts';
import { RESET, type Peer } from './failure.ts';
import { lookupOutside } from './outside-lookup.ts';
import type { CorporateProxy } from './proxy-choice.ts';
import { ServerProof, type ServerProofSettings } from './server-proof.ts';
import { Trust } from './trust.ts';
import { openTunnel } from './tunnel.ts';
import { MIN_KEY_BITS, offeredSuites } from './weak-tls.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface DiallerSettings extends ServerProofSettings {
  readonly minimumTls: SecureVersion;
  readonly timeoutMs: number;
  readonly lookup?: LookupFunction | undefined;
  readonly whereabouts: Whereabouts;
}

export interface Destination {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** Its name may not lead inside. Behind a proxy, only the proxy can tell. */
  readonly outside: boolean;
}

/** As ALPN (RFC 7301) names them, the wanted one first. */
export type Protocols = readonly string[];
export const HTTP1: Protocols = ['http/1.1'];
export const HTTP2: Protocols = ['h2', 'http/1.1'];

interface Offer {
  readonly offers: Protocols;
}

/** Opens every socket of this program: directly or through a proxy, with TLS as strict as is set. */
export class Dialler {
  readonly #settings: DiallerSettings;
  readonly #proof: ServerProof;
  readonly #pending = new Set<AbortController>();
  readonly #trust: Trust;

  constructor(settings: DiallerSettings) {
    this.#settings = settings;
    this.#trust = new Trust({
      ownRoots: settings.ownRoots,
      minVersion: settings.minimumTls,
      ciphers: offeredSuites(settings.refuseWeakTls ? 'left out' : 'offered'),
    });
    this.#proof = new ServerProof(settings);
  }

  /**
   * @throws Refusal `WP-UPSTREAM-UNREACHABLE`, `WP-UPSTREAM-STATUS` (a proxy's), `WP-LIMIT-TIME`,
   *   `WP-TLS`, `WP-TLS-WEAK`, `WP-SPKI-MISMATCH`, `WP-INSIDE-ADDRESS`.
   */
  async dial(
    to: Destination,
    proxy: CorporateProxy | null,
    offers: Protocols = HTTP1,
  ): Promise<Socket> {
    const { timeoutMs, minimumTls, refuseWeakTls } = this.#settings;
    const { hostname, port } = to;
    const floor = { minimumTls, refuseWeakTls };
    const target: Peer = { hostname, port, role: 'server', floor };
    const ending = new AbortController();
    const attempt: Attempt = {
      signal: ending.signal,
      opened: [],
      isAnswered: false,
      shown: [],
      stage: 0,
    };
    const timer = setTimeout(() => {
      ending.abort(tooLate(target, attempt, timeoutMs));
    }, timeoutMs);
    this.#pending.add(ending);
    try {
      return await this.#open({ ...to, target, offers }, proxy, attempt);
    } catch (error) {
      endSoon(attempt.opened);
      if (!this.#mayBeTrusted(error, attempt)) throw error;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(ending);
    }
    return await this.dial(to, proxy, offers);
  }

  /** Ends every attempt under way. */
  abandon(why: Error): void {
    for (const ending of this.#pending) ending.abort(why);
  }

  /** Its issuer is one of the roots that did not count until now. */
  #mayBeTrusted(error: unknown, { shown, stage }: Attempt): boolean {
    const isTls = error instanceof Refusal && error.code === 'WP-TLS';
    return isTls && shown.length > 0 && this.#trust.widen(shown, stage);
  }

  async #open(
    to: Destination & Offer & { readonly target: Peer },
    proxy: CorporateProxy | null,
    attempt: Attempt,
  ): Promise<Socket> {
    const { target } = to;
    const { whereabouts } = this.#settings;
    if (proxy === null) {
      const direct = await this.#openWith(target, to, attempt);
      const { remoteAddress } = direct;
      if (remoteAddress !== undefined) whereabouts.connected(to.hostname, remoteAddress);
      return direct;
    }
    const peer: Peer = { hostname: proxy.hostname, port: proxy.port, role: 'proxy' };
    const toProxy = await this.#openWith(
      peer,
      { ...proxy, outside: false, offers: HTTP1 },
      attempt,
    );
    await during(peer, attempt, () => openTunnel(toProxy, proxy, target, attempt.signal));
    return to.secure ? this.#startTls({ ...target, offers: to.offers }, toProxy, attempt) : toProxy;
  }

  async #openWith(
    peer: Peer,
    { secure, outside, offers }: Pick<Destination, 'secure' | 'outside'> & Offer,
    attempt: Attempt,
  ): Promise<Socket> {
    const { whereabouts } = this.#settings;
    const lookup = outside
      ? lookupOutside(this.#settings.lookup, whereabouts.isInsideAddress)
      : this.#settings.lookup;
    const socket = connectTcp({
      host: peer.hostname,
      port: peer.port,
      keepAlive: true,
      noDelay: true,
      ...(lookup === undefined ? {} : { lookup }),
    });
    attempt.opened.push(socket);
    keepResetsApart(socket);
    await during(peer, attempt, () => once(socket, 'connect', { signal: attempt.signal }));
    return secure ? this.#startTls({ ...peer, offers }, socket, attempt) : socket;
  }

  async #startTls(peer: Peer & Offer, over: Socket, attempt: Attempt): Promise<TLSSocket> {
    attempt.isAnswered = peer.role === 'server';
    const { context, stage } = this.#trust;
    // No session is resumed: Node does not check the server's name again on a resumed one.
    const socket = connectTls({
      socket: over,
      host: peer.hostname,
      ...(isIP(peer.hostname) === 0 ? { servername: peer.hostname } : {}),
      secureContext: context,
      // Said here, since NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise decide (attack D08).
      rejectUnauthorized: true,
      ...(this.#settings.refuseWeakTls ? { minDHSize: MIN_KEY_BITS } : {}),
      ALPNProtocols: [...peer.offers],
    });
    attempt.opened.push(socket);
    keepResetsApart(socket);
    let sent: readonly X509Certificate[] | null = null;
    // Before Node's own listener, which ends a socket whose certificate it does not accept: only
    // to say whose it was. The decision stays Node's. (getPeerX509Certificate would empty what Node
    // itself looks at next.)
    socket.prependOnceListener('secure', () => {
      sent = shownBy(socket);
      attempt.shown = sent ?? [];
      attempt.stage = stage;
    });
    await during(
      peer,
      attempt,
      () => once(socket, 'secureConnect', { signal: attempt.signal }),
      () => sent?.[0] ?? null,
    );
    if (peer.role === 'server') this.#proof.require(socket, sent ?? sentChain(socket), peer);
    return socket;
  }
}

/** What it sent, whatever that proves; `null` where it cannot be read. */
function shownBy(socket: TLSSocket): readonly X509Certificate[] | null {
  try {
    return sentChain(socket);
  } catch {
    return null; // if TLS accepts it none the less, whoever needs it looks again, and throws
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
