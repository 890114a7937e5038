// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../../test/world/certificates.ts';
import { http, type RawServer } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';
import type { Upstream } from '../core/upstream.ts';

const authority = makeAuthority({ name: 'Trusted Test CA' });
const identity = (name: string): TlsOptions => {
  const { certPem, keyPem } = authority.leaf({ names: [name] });
  return { cert: certPem, key: keyPem };
};
const answerOk = (socket: Socket): void => void socket.write(http(200, {}, 'ok'));

/** Tunnels to loopback whatever name is asked; `login` is what it wants to see. */
function tunnelling(login: string | null = null) {
  return (socket: Socket, head: string): void => {
    if (login !== null && !head.includes(`proxy-authorization: Basic ${login}`)) {
      socket.end(http(407, { 'Proxy-Authenticate': 'Basic realm="canary"' }));
      return;
    }
    const port = Number(/^CONNECT [^ ]+:(\d+) /u.exec(head)?.[1]);
    socket.removeAllListeners('data');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  };
}

const openVia = (proxy: string, more: Parameters<typeof openTrial>[0] = {}): Upstream =>
  openTrial({
    caFiles: [authority.caFile],
    proxy,
    lookup: (name, options, callback) => {
      if (name !== 'proxy.test') throw new Error(`${name} was looked up beside the proxy`);
      if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    },
    ...more,
  });

describe('an https target behind a proxy', () => {
  it.each([false, true])('is reached through a tunnel, TLS to the proxy: %s', async (secure) => {
    const target = await serveTrial(answerOk, identity('index.example'));
    const login = Buffer.from('us@er:secret').toString('base64');
    const tls = secure ? identity('proxy.test') : undefined;
    const proxy = await serveTrial(tunnelling(login), tls);
    const scheme = secure ? 'https' : 'http';
    const upstream = openVia(`${scheme}://us%40er:secret@proxy.test:${proxy.port}`);
    const url = `https://index.example:${target.port}/path`;
    const ask = get(url, { headers: { 'proxy-authorization': 'canary' } });
    expect(await textOf(await upstream.request(ask))).toBe('ok');
    expect(proxy.heads[0]).toMatch(
      new RegExp(`^CONNECT index\\.example:${target.port} HTTP/1\\.1\\r\\nhost: index`, 'u'),
    );
    expect(proxy.heads.join()).not.toMatch(/canary|\/path/u);
    expect(target.heads[0]).toMatch(/^GET \/path /u);
    expect(target.heads.join()).not.toMatch(/proxy-/iu);
  });

  it('keeps its tunnel for the next request', async () => {
    const target = await serveTrial(answerOk, identity('index.example'));
    const proxy = await serveTrial(tunnelling());
    const upstream = openVia(`http://proxy.test:${proxy.port}`);
    for (let count = 0; count < 5; count += 1) {
      await textOf(await upstream.request(get(`https://index.example:${target.port}/`)));
    }
    expect(proxy.sockets.length).toBeLessThanOrEqual(2);
  });

  it('must still prove who it is', async () => {
    const target = await serveTrial(answerOk, identity('other.test'));
    const proxy = await serveTrial(tunnelling());
    const url = `https://index.example:${target.port}/`;
    const refusal = await refusalOf(openVia(`http://proxy.test:${proxy.port}`).request(get(url)));
    expect(refusal.code).toBe('WP-TLS');
    expect(refusal.message).toContain('wanted index.example, got other.test');
    expect(proxy.heads).toHaveLength(1);
  });

  it('is not asked through an https proxy that cannot prove who it is', async () => {
    const proxy = await serveTrial(tunnelling(), identity('other.test'));
    const refusal = await refusalOf(
      openVia(`https://u:canary@proxy.test:${proxy.port}`).request(get('https://index.example/')),
    );
    expect(refusal.code).toBe('WP-TLS');
    expect(refusal.message).toContain(`proxy proxy.test:${proxy.port}`);
    expect(proxy.heads).toHaveLength(0);
    expect(proxy.connections()).toBe(1);
  });

  it('is not reached by a proxy that wants a login (407), which is named', async () => {
    const proxy = await serveTrial(tunnelling('other'));
    const refusal = await refusalOf(
      openVia(`http://u:canary@proxy.test:${proxy.port}`).request(get('https://index.example/')),
    );
    expect(refusal.code).toBe('WP-UPSTREAM-STATUS');
    expect(refusal.message).toContain(`proxy proxy.test:${proxy.port} answered 407`);
    expect(refusal.message).not.toContain('canary');
    expect(proxy.heads).toHaveLength(1);
  });

  it('is tried again where the proxy answers 502 or goes away', async () => {
    const proxy = await serveTrial((socket, _head, count) => {
      if (count === 1) socket.destroy();
      else socket.end(http(502));
    });
    const refusal = await refusalOf(
      openVia(`http://proxy.test:${proxy.port}`).request(get('https://index.example/')),
    );
    expect(refusal.code).toBe('WP-UPSTREAM-UNREACHABLE');
    expect(refusal.message).toContain('answered 502');
    expect(refusal.message).toContain('(3 tries)');
    expect(proxy.heads).toHaveLength(3);
  });

  it.each([
    ['speaks into the tunnel', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nforged'],
    ['speaks no HTTP', 'SSH-2.0-hello\r\n\r\n'],
    ['never ends its answer', 'HTTP/1.1 200 OK\r\nX: y\r\n'],
    ['says nothing', ''],
  ])('is unreachable behind a proxy that %s', async (_what, text) => {
    const proxy = await serveTrial((socket) => void socket.write(text));
    const upstream = openVia(`http://proxy.test:${proxy.port}`, {
      limits: { connectTimeoutMs: 100, maxTries: 1 },
    });
    const refusal = await refusalOf(upstream.request(get('https://index.example/')));
    expect(refusal.code).toBe('WP-UPSTREAM-UNREACHABLE');
    await gone(proxy.sockets[0]);
  });
});

describe('a plain http target behind a proxy', () => {
  const allowPlainHttp = (): boolean => true;

  it('is asked for in absolute form, with the login for the proxy', async () => {
    const proxy = await serveTrial(answerOk);
    const upstream = openVia(`http://u:p@proxy.test:${proxy.port}`, { allowPlainHttp });
    const answer = await upstream.request(get('http://user:pass@plain.test:81/a?b=c'));
    expect(await textOf(answer)).toBe('ok');
    expect(answer.url).toBe('http://plain.test:81/a?b=c');
    const lines = proxy.heads[0]?.split('\r\n') ?? [];
    expect(lines[0]).toBe('GET http://plain.test:81/a?b=c HTTP/1.1');
    expect(lines).toContain('host: plain.test:81');
    expect(lines).toContain(`proxy-authorization: Basic ${btoa('u:p')}`);
    expect(lines).toContain(`authorization: Basic ${btoa('user:pass')}`);
  });

  it('is not reached by a proxy that wants a login (407)', async () => {
    const proxy = await serveTrial((socket) => void socket.write(http(407)));
    const upstream = openVia(`http://proxy.test:${proxy.port}`, { allowPlainHttp });
    const refusal = await refusalOf(upstream.request(get('http://plain.test/')));
    expect(refusal.code).toBe('WP-UPSTREAM-STATUS');
    expect(refusal.message).toContain('proxy.test');
  });
});

describe('no proxy', () => {
  const counting = (): Promise<RawServer> => serveTrial((socket) => void socket.end(http(500)));

  it('leads to loopback, nor to what NO_PROXY lists', async () => {
    const proxy = await counting();
    const environment = {
      http_proxy: `http://127.0.0.1:${proxy.port}`,
      NO_PROXY: 'plain.test',
    };
    const server = await serveTrial(answerOk);
    const upstream = openTrial({ environment, allowPlainHttp: () => true });
    for (const host of ['127.0.0.1', 'localhost', 'plain.test']) {
      await textOf(await upstream.request(get(`http://${host}:${server.port}/`)));
    }
    expect(proxy.sockets).toHaveLength(0);
    expect(server.heads).toHaveLength(3);
    const ask = get('http://else.test/', { method: 'POST' });
    expect((await upstream.request(ask)).status).toBe(500);
    expect(proxy.heads).toHaveLength(1);
  });

  it('that is a SOCKS one is used: at once where explicit, when needed where not', async () => {
    expect(() => openTrial({ proxy: 'socks5://u:canary@proxy.test' })).toThrow(
      expect.objectContaining({ code: 'WP-USAGE' }),
    );
    const upstream = openTrial({ environment: { ALL_PROXY: 'socks5h://proxy.test:1080' } });
    const refusal = await refusalOf(upstream.request(get('https://index.example/')));
    expect(refusal.code).toBe('WP-USAGE');
    expect(refusal.message).toContain('ALL_PROXY');
  });
});
