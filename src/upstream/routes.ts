// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import { asRefusal } from '../core/errors.ts';
import { Dialler, HTTP2, type DiallerSettings, type Destination } from './dialler.ts';
import type { Route } from './exchange.ts';
import { peerOf, placeOf, unreachable } from './failure.ts';
import { LateAgent } from './late-agent.ts';
import { defaultPort } from './no-proxy.ts';
import { chooseProxy, type CorporateProxy, type ProxySettings } from './proxy-choice.ts';
import { SharedLine } from './shared-line.ts';

export interface RouteSettings extends DiallerSettings {
  readonly connections: number;
  readonly allowH2: boolean;
}

/** How the connections of one pool are made. */
interface Way {
  readonly proxyFor: (target: URL) => CorporateProxy | null;
  readonly outside: boolean;
}

/** Which connections carry a request: straight, through a tunnel, or in a proxy's absolute form. */
export class Routes {
  readonly #proxies: ProxySettings;
  readonly #dialler: Dialler;
  /** Pools by target; https ones go through a tunnel where a proxy is chosen. */
  readonly #targets: LateAgent;
  /** The same, of connections that may not lead inside. */
  readonly #outside: LateAgent;
  /** Pools by proxy, for plain http in absolute form. */
  readonly #forwarders: LateAgent;
  readonly #allowH2: boolean;
  readonly #connections: number;
  /** By origin, and apart those that may not lead inside. */
  readonly #shared = new Map<string, SharedLine>();
  /** Connections that came about for all and serve one at a time, by the same. */
  readonly #spare = new Map<string, Socket>();

  constructor(proxies: ProxySettings, settings: RouteSettings) {
    this.#proxies = proxies;
    this.#allowH2 = settings.allowH2;
    this.#connections = settings.connections;
    this.#dialler = new Dialler(settings);
    const tunnel = (target: URL): CorporateProxy | null =>
      target.protocol === 'https:' ? chooseProxy(target, this.#proxies) : null;
    this.#targets = this.#agent(settings, { proxyFor: tunnel, outside: false });
    this.#outside = this.#agent(settings, { proxyFor: tunnel, outside: true });
    this.#forwarders = this.#agent(settings, { proxyFor: () => null, outside: false });
  }

  /**
   * @param outside it may not lead inside, as far as can be seen from here.
   * @param alone over a connection that carries nothing else.
   * @throws Refusal `WP-USAGE` where the proxy chosen cannot be used.
   */
  to(
    url: URL,
    { outside, alone }: { readonly outside: boolean; readonly alone: boolean },
  ): { readonly route: Route; readonly proxy: CorporateProxy | null } {
    const path = `${url.pathname}${url.search}`;
    const proxy = chooseProxy(url, this.#proxies);
    if (proxy === null || url.protocol === 'https:') {
      const isShared = this.#allowH2 && url.protocol === 'https:' && !alone;
      const line = isShared ? this.#sharedTo(url, outside) : this.#ownTo(outside);
      return { route: { line, origin: url.origin, path, headers: {} }, proxy: null };
    }
    const { authorization } = proxy;
    const headers = {
      host: url.host,
      ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
    };
    const route = {
      line: this.#forwarders,
      origin: proxy.origin,
      path: `${url.origin}${path}`,
      headers,
    };
    return { route, proxy };
  }

  /** Ends every connection, also those under way. */
  async close(): Promise<void> {
    const why = unreachable('wheelproof is ending');
    this.#dialler.abandon(why);
    for (const shared of this.#shared.values()) shared.close(why);
    for (const socket of this.#spare.values()) socket.destroy();
    const agents = [this.#targets, this.#outside, this.#forwarders];
    await Promise.all(agents.map((agent) => agent.destroy(why)));
  }

  #ownTo(outside: boolean): LateAgent {
    return outside ? this.#outside : this.#targets;
  }

  #sharedTo(url: URL, outside: boolean): SharedLine {
    const { origin } = url;
    const name = nameOf(origin, outside);
    const known = this.#shared.get(name);
    if (known !== undefined) return known;
    const made = new SharedLine({
      origin,
      dial: async () => {
        const { hostname, port } = peerOf(url);
        const to = { hostname, port, secure: true, outside };
        const proxy = chooseProxy(new URL(origin), this.#proxies);
        const socket = await this.#dialler.dial(to, proxy, HTTP2);
        return { socket, isHttp2: socket instanceof TLSSocket && socket.alpnProtocol === 'h2' };
      },
      own: this.#ownTo(outside),
      connections: this.#connections,
      spare: (socket) => this.#spare.set(name, socket),
    });
    this.#shared.set(name, made);
    return made;
  }

  /** A connection that is there already, for the first that wants one. */
  #spareFor(target: URL, outside: boolean): Socket | null {
    const name = nameOf(target.origin, outside);
    const socket = this.#spare.get(name);
    this.#spare.delete(name);
    return socket === undefined || socket.destroyed ? null : socket;
  }

  #agent(settings: RouteSettings, way: Way): LateAgent {
    return new LateAgent({
      connections: settings.connections,
      pipelining: 1,
      allowH2: false,
      // Times are watched over by SendingWatch and BoundedBody.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.#connector(way),
    });
  }

  #connector({ proxyFor, outside }: Way): buildConnector.connector {
    return ({ protocol, hostname, port }, callback) => {
      const host = hostname.includes(':') ? `[${hostname}]` : hostname;
      const target = new URL(`${protocol}//${host}`);
      target.port = port;
      const to = {
        hostname,
        port: Number(port === '' ? defaultPort(protocol) : port),
        secure: protocol === 'https:',
        outside,
      };
      const open = async (): Promise<Socket> =>
        this.#spareFor(target, outside) ?? (await this.#dialler.dial(to, proxyFor(target)));
      void this.#connect(to, open, callback);
    };
  }

  async #connect(
    to: Destination,
    open: () => Promise<Socket>,
    callback: buildConnector.Callback,
  ): Promise<void> {
    let socket: Socket;
    try {
      socket = await open();
    } catch (error) {
      callback(asRefusal(error, 'connecting'), null);
      return;
    }
    // A socket that died meanwhile would never tell undici so.
    if (socket.destroyed) {
      const place = placeOf({ ...to, role: 'server' });
      callback(unreachable(`${place} closed the connection`), null);
    } else {
      callback(null, socket);
    }
  }
}

function nameOf(origin: string, outside: boolean): string {
  return `${outside ? 'outside' : 'anywhere'} ${origin}`;
}
