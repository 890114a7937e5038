// SPDX-License-Identifier: Apache-2.0
import {
  createServer,
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { connect, type Socket } from 'node:net';

/** What somebody asked the proxy to reach. */
export interface Reached {
  readonly host: string;
  readonly port: number;
}

/**
 * The world's way to its names: every `*.test` lies on this machine's loopback, everything else
 * does not exist. Stands for a corporate proxy, so that real programs reach made-up hosts.
 */
export function makeForwardProxy(reached: Reached[], elsewhere?: () => number): Server {
  const targetOf = (address: string) => ownTarget(address) ?? otherTarget(address, elsewhere);
  const server = createServer((request, response) => {
    const target = targetOf(request.url ?? '');
    if (target === null) {
      response.writeHead(502).end('no such host');
      return;
    }
    reached.push(target);
    const onward = ask(
      {
        host: '127.0.0.1',
        port: target.port,
        method: request.method,
        path: target.path,
        headers: withoutProxyHeaders(request),
        setHost: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
        answer.once('error', () => response.destroy());
        answer.once('aborted', () => response.destroy());
      },
    );
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const target = targetOf(`http://${request.url ?? ''}`);
    client.on('error', () => client.destroy());
    if (target === null) {
      client.end('HTTP/1.1 502 No such host\r\n\r\n');
      return;
    }
    reached.push(target);
    const onward = connect(target.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    onward.on('close', () => client.destroy());
    client.on('close', () => onward.destroy());
  });
  return server;
}

/** Hosts of the real world, where somebody has to answer for them: by https alone. */
function otherTarget(
  address: string,
  elsewhere: (() => number) | undefined,
): (Reached & { readonly path: string }) | null {
  const url = elsewhere === undefined ? null : URL.parse(address);
  if (url === null || url.port !== '443') return null;
  return { host: url.hostname, port: elsewhere?.() ?? 0, path: '/' };
}

function ownTarget(address: string): (Reached & { readonly path: string }) | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (!/(^|\.)test\.?$/u.test(url.hostname)) return null;
  const path = `${url.pathname}${url.search}`;
  return { host: url.hostname, port: Number(url.port || '80'), path };
}

function withoutProxyHeaders(request: IncomingMessage): IncomingHttpHeaders {
  const kept = Object.entries(request.headers).filter(([name]) => !name.startsWith('proxy-'));
  return Object.fromEntries(kept);
}
