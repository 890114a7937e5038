// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  openScene,
  plainSocket,
  readAll,
  secretOf,
  speak,
  tunnel,
  WHEEL,
  WHEEL_NAME,
  type Scene,
} from './fakes.test-support.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const BYTES = Buffer.from('a wheel');

describe('the door', () => {
  const ask = (proof: string) =>
    `GET http://index.example/x HTTP/1.1\r\nHost: index.example\r\nConnection: close\r\n${proof}\r\n`;
  const connectAsk = (proof: string) =>
    `CONNECT index.example:443 HTTP/1.1\r\nHost: index.example:443\r\n${proof}\r\n`;
  const say = (text: string, at: Scene = scene): Promise<string> => {
    const socket = plainSocket(at.gateway);
    socket.write(text);
    return readAll(socket);
  };

  test.each([
    '',
    'Proxy-Authorization: Basic d3A6d3Jvbmc=\r\n',
    'Proxy-Authorization: Bearer x\r\n',
    'Proxy-Authorization: \r\n',
  ])('is closed to strangers: %j', async (proof) => {
    for (const text of [ask(proof), connectAsk(proof)]) {
      const answer = await say(text);
      expect(answer).toMatch(/^HTTP\/1\.1 407 /u);
      expect(answer).toMatch(/\r\nProxy-Authenticate: Basic realm="wheelproof"\r\n/u);
      expect(answer).toMatch(/\r\nConnection: close\r\n/u);
      expect(answer).toContain('"code":"WP-PROXY-AUTH"');
    }
    expect(scene.upstream.asks).toEqual([]);
  });

  test('opens to a socket of our own user', async () => {
    const peerOwner = vi.fn<(l: number, r: number) => Promise<number | null>>();
    peerOwner.mockResolvedValueOnce(1000).mockResolvedValueOnce(1001).mockRejectedValueOnce('x');
    const other = await openScene({ peerOwner });
    try {
      expect(await say(ask(''), other)).toMatch(/^HTTP\/1\.1 403 .*WP-UPSTREAM-UNREACHABLE/u);
      expect(await say(ask(''), other)).toMatch(/^HTTP\/1\.1 407 /u);
      expect(await say(ask(''), other)).toMatch(/^HTTP\/1\.1 407 /u);
      expect(peerOwner.mock.calls[0]?.[0]).toBe(other.gateway.port);
    } finally {
      await other.close();
    }
  });

  test('a wrong secret is refused even from our own user', async () => {
    const other = await openScene({ peerOwner: () => Promise.resolve(1000) });
    try {
      expect(await say(ask('Proxy-Authorization: Basic d3A6eA==\r\n'), other)).toMatch(/ 407 /u);
    } finally {
      await other.close();
    }
  });

  test('opens to whoever comes through a listener received, but not to a wrong secret', async () => {
    const other = await openScene({ peerOwner: () => Promise.resolve(1001) });
    const inside = createServer().listen(0, '127.0.0.1');
    await once(inside, 'listening');
    const closed = once(inside, 'close');
    other.gateway.receive(inside);
    const address = inside.address();
    const through = typeof address === 'object' && address !== null ? address.port : 0;
    const sayInside = (text: string): Promise<string> => {
      const socket = connect(through, '127.0.0.1');
      socket.write(text);
      return readAll(socket);
    };
    try {
      expect(await sayInside(ask(''))).toMatch(/^HTTP\/1\.1 403 .*WP-UPSTREAM-UNREACHABLE/u);
      expect(await sayInside(ask('Proxy-Authorization: Basic d3A6eA==\r\n'))).toMatch(/ 407 /u);
      expect(await say(ask(''), other)).toMatch(/ 407 /u);
      const waiting = connect(through, '127.0.0.1');
      await once(waiting, 'connect');
      const ended = once(waiting.resume(), 'close');
      await other.close();
      await Promise.all([closed, ended]);
    } finally {
      await other.close();
    }
  });

  test('nobody is ours where users have no ids', async () => {
    const other = await openScene({ ownUid: null, peerOwner: () => Promise.resolve(null) });
    try {
      expect(await say(ask(''), other)).toMatch(/ 407 /u);
    } finally {
      await other.close();
    }
  });

  test('the secret is never passed on', async () => {
    scene.upstream.told.set('http://index.example/x', {});
    await say(ask(secretOf(scene.gateway)));
    expect(scene.upstream.asks).toHaveLength(1);
    expect(JSON.stringify(scene.upstream.asks[0]?.headers)).not.toContain('Basic');
  });

  test.each([
    ['a request to a server', `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSECRET\r\n`, 421],
    ['a CONNECT to nowhere', 'CONNECT index.example HTTP/1.1\r\nHost: x\r\nSECRET\r\n', 400],
    ['another Host', 'GET http://a.test/ HTTP/1.1\r\nHost: b.test\r\nSECRET\r\n', 400],
    ['no Host', 'GET http://a.test/ HTTP/1.1\r\nSECRET\r\n', 400],
    ['two Hosts', 'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\nSECRET\r\n', 400],
    ['a user name', 'GET http://u:p@a.test/ HTTP/1.1\r\nHost: a.test\r\nSECRET\r\n', 400],
    [
      'a folded header',
      'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nX: a\r\n b\r\nSECRET\r\n',
      400,
    ],
    [
      'two lengths',
      'POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\nSECRET\r\n',
      400,
    ],
    [
      'endless headers',
      `GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nX: ${'x'.repeat(99_999)}\r\nSECRET\r\n`,
      431,
    ],
    [
      'a WebSocket',
      'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSECRET\r\n',
      403,
    ],
  ])('refuses %s', async (_, text, status) => {
    const answer = await say(text.replace('SECRET\r\n', secretOf(scene.gateway) + '\r\n'));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, 'u'));
    expect(scene.upstream.asks).toEqual([]);
  });

  test('a CONNECT within a CONNECT is refused', async () => {
    const answer = await speak(
      scene.gateway,
      'a.test:443',
      'CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /u);
  });

  test('an address is what the CONNECT named, whatever name TLS sends', async () => {
    const got = await speak(scene.gateway, 'a.test:443', 'GET / HTTP/1.1\r\nHost: b.test\r\n\r\n');
    expect(got).toMatch(/^HTTP\/1\.1 400 /u);
    expect(scene.upstream.asks).toEqual([]);
  });

  test.each(['127.0.0.1:8443', '[::1]:8443', 'a.test:8443'])(
    'a tunnel to %s is TLS with http/1.1',
    async (authority) => {
      const socket = await tunnel(scene.gateway, authority);
      expect(socket.alpnProtocol).toBe('http/1.1');
      socket.write(`GET /a HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`);
      expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 403 .*UNREACHABLE/u);
      expect(scene.upstream.asks[0]?.url).toBe(`https://${authority}/a`);
    },
  );

  test('plain http within a tunnel is http', async () => {
    const socket = plainSocket(scene.gateway);
    socket.write(`CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n${secretOf(scene.gateway)}\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write('GET /b HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toMatch(/UNREACHABLE/u);
    expect(scene.upstream.asks[0]?.url).toBe('http://a.test/b');
  });

  test('bytes sent along with the CONNECT are not lost', async () => {
    const socket = plainSocket(scene.gateway);
    socket.write(
      `${connectAsk(secretOf(scene.gateway)).replaceAll(':443', ':80')}GET /c HTTP/1.1\r\nHost: index.example\r\nConnection: close\r\n\r\n`,
    );
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 403 /u);
  });

  test('requests in a row are answered in order', async () => {
    scene.verification.release(WHEEL, BYTES);
    const line = (name: string, more = '') =>
      `GET /${name} HTTP/1.1\r\nHost: files.index.example\r\n${more}\r\n`;
    const text = await speak(
      scene.gateway,
      'files.index.example:443',
      line(WHEEL_NAME) + line('none.whl', 'Connection: close\r\n'),
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 404 /u);
  });

  test('a client that does not trust us is noted', async () => {
    const socket = plainSocket(scene.gateway);
    socket.write(connectAsk(secretOf(scene.gateway)));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(Buffer.from('160301000400000000', 'hex'));
    await readAll(socket);
    expect(scene.events).toContainEqual(
      expect.objectContaining({ event: 'handshake-failed', host: 'index.example' }),
    );
  });

  test('closing ends every connection', async () => {
    const socket = await tunnel(scene.gateway, 'a.test:443');
    const ended = readAll(socket);
    await scene.gateway.close();
    await ended;
    await expect(say(ask(''))).resolves.toBe('error:ECONNREFUSED');
  });
});
