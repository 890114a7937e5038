// SPDX-License-Identifier: Apache-2.0
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import { placeOf, unreachable, type Peer } from './failure.ts';
import type { CorporateProxy } from './proxy-choice.ts';

/** Answers of a proxy that another try may change. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Asks a proxy, over a connection to it, for a tunnel (RFC 9110 9.3.6); afterwards the socket leads
 * to the target.
 * @throws Refusal `WP-UPSTREAM-STATUS` or, where another try may help, `WP-UPSTREAM-UNREACHABLE`;
 *   network errors as they come.
 */
export async function openTunnel(
  socket: Socket,
  proxy: CorporateProxy,
  target: Peer,
  signal: AbortSignal,
): Promise<void> {
  const authority = placeOf(target);
  const { answer, head } = await askForTunnel(socket, proxy, authority, signal);
  const status = answer.statusCode ?? 0;
  const place = placeOf({ hostname: proxy.hostname, port: proxy.port, role: 'proxy' });
  if (status >= 200 && status < 300) {
    if (head.length === 0) return;
    throw unreachable(
      `${place} sent bytes into the tunnel to ${authority} before the server could`,
    );
  }
  const phrase = safeText(answer.statusMessage ?? '', 100);
  const message = `${place} answered ${status} ${phrase} when asked for ${authority}`;
  throw PASSING.has(status) ? unreachable(message) : proxyStatus(message, status);
}

/** For a status that is the proxy's own, not the server's. */
export function proxyStatus(message: string, status: number): Refusal {
  const hint =
    status === 407
      ? 'Give the proxy a user name and password that it accepts (http://USER:PASSWORD@HOST:PORT).'
      : 'Ask who runs the proxy, or list the host in NO_PROXY.';
  return new Refusal('WP-UPSTREAM-STATUS', { message, hint });
}

interface TunnelAnswer {
  readonly answer: IncomingMessage;
  readonly head: Buffer;
}

function askForTunnel(
  socket: Socket,
  proxy: CorporateProxy,
  authority: string,
  signal: AbortSignal,
): Promise<TunnelAnswer> {
  const authorization =
    proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization };
  return new Promise((resolve, reject) => {
    const ask = request({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, 'proxy-connection': 'keep-alive', ...authorization },
      createConnection: () => socket,
      signal,
    });
    ask.once('connect', (answer, _socket, head) => {
      resolve({ answer, head });
    });
    ask.on('error', reject);
    ask.end();
  });
}
