// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { Agent, type buildConnector } from 'undici';
import { asRefusal } from '../core/errors.ts';
import { Dialler, type DiallerSettings, type Destination } from './dialler.ts';
import type { Route } from './exchange.ts';
import { placeOf, unreachable } from './failure.ts';
import { defaultPort } from './no-proxy.ts';
import { chooseProxy, type CorporateProxy, type ProxySettings } from './proxy-choice.ts';

export interface RouteSettings extends DiallerSettings {
  readonly connections: number;
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
  readonly #targets: Agent;
  /** The same, of connections that may not lead inside. */
  readonly #outside: Agent;
  /** Pools by proxy, for plain http in absolute form. */
  readonly #forwarders: Agent;

  constructor(proxies: ProxySettings, settings: RouteSettings) {
    this.#proxies = proxies;
    this.#dialler = new Dialler(settings);
    const tunnel = (target: URL): CorporateProxy | null =>
      target.protocol === 'https:' ? chooseProxy(target, this.#proxies) : null;
    this.#targets = this.#agent(settings, { proxyFor: tunnel, outside: false });
    this.#outside = this.#agent(settings, { proxyFor: tunnel, outside: true });
    this.#forwarders = this.#agent(settings, { proxyFor: () => null, outside: false });
  }

  /**
   * @param outside it may not lead inside, as far as can be seen from here.
   * @throws Refusal `WP-USAGE` where the proxy chosen cannot be used.
   */
  to(url: URL, outside: boolean): { readonly route: Route; readonly proxy: CorporateProxy | null } {
    const path = `${url.pathname}${url.search}`;
    const proxy = chooseProxy(url, this.#proxies);
    if (proxy === null || url.protocol === 'https:') {
      const dispatcher = outside ? this.#outside : this.#targets;
      const route = { dispatcher, origin: url.origin, path, headers: {} };
      return { route, proxy: null };
    }
    const { authorization } = proxy;
    const headers = {
      host: url.host,
      ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
    };
    const route = {
      dispatcher: this.#forwarders,
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
    const agents = [this.#targets, this.#outside, this.#forwarders];
    await Promise.all(agents.map((agent) => agent.destroy(why)));
  }

  #agent(settings: RouteSettings, way: Way): Agent {
    return new Agent({
      connections: settings.connections,
      pipelining: 1,
      allowH2: settings.allowH2,
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
      void this.#connect(to, () => proxyFor(target), callback);
    };
  }

  async #connect(
    to: Destination,
    proxy: () => CorporateProxy | null,
    callback: buildConnector.Callback,
  ): Promise<void> {
    let socket: Socket;
    try {
      socket = await this.#dialler.dial(to, proxy());
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
