// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { http } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  refusalWhileReading,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';

const redirectTo = (location: string): string => http(302, { Location: location }, 'moved');

describe('an ask', () => {
  it('brings status, headers and body as they are, never decompressed', async () => {
    const server = await serveTrial((socket) => {
      const headers = { 'Content-Encoding': 'gzip', 'X-A': '1', 'Set-Cookie': 'a=1, 2' };
      socket.write(http(200, headers, 'not gzip').replace('X-A', 'Set-Cookie: b\r\nx-a: 0\r\nX-A'));
    });
    const answer = await openTrial().request(get(`http://127.0.0.1:${server.port}/a?b=c#d`));
    expect(answer).toMatchObject({ status: 200, url: `http://127.0.0.1:${server.port}/a?b=c` });
    expect(answer.headers).toEqual({
      'content-encoding': 'gzip',
      'content-length': '8',
      'set-cookie': 'b\na=1, 2',
      'x-a': '0, 1',
    });
    expect(await textOf(answer)).toBe('not gzip');
    expect(server.heads[0]).toMatch(/^GET \/a\?b=c HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+/u);
  });

  it('sends its headers and body, without what belongs to one connection', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(...request.rawHeaders);
      request.pipe(response);
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = Object(server.address());
    const body = (async function* () {
      yield Buffer.from('posted');
    })();
    const headers = { 'x-kept': '1', te: 'gzip', host: 'evil.test', 'content-length': '999' };
    const ask = get(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    expect(await textOf(await openTrial().request(ask))).toBe('posted');
    expect(seen).toContain('x-kept');
    expect(seen).not.toEqual(expect.arrayContaining([expect.stringMatching(/evil|999|^te$/u)]));
  });

  it('uses connections again', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const upstream = openTrial();
    for (let count = 0; count < 10; count += 1) {
      await textOf(await upstream.request(get(`http://127.0.0.1:${server.port}/`)));
    }
    // undici frees a connection one turn after the body's end, and so may open a second one.
    expect(server.sockets.length).toBeLessThanOrEqual(2);
  });

  it('takes as many connections to one origin as are allowed, and no more', async () => {
    const waiting: Socket[] = [];
    const server = await serveTrial((socket) => {
      if (waiting.push(socket) < 3) return;
      for (const ready of waiting.splice(0)) ready.write(http(200, {}, 'ok'));
    });
    const upstream = openTrial({ limits: { connections: 3 } });
    const ask = get(`http://127.0.0.1:${server.port}/`);
    const asks = Array.from({ length: 21 }, async () => textOf(await upstream.request(ask)));
    expect(await Promise.all(asks)).toHaveLength(21);
    expect(server.sockets).toHaveLength(3);
  });

  // Real time passes in this test, because that it passes is what must not matter.
  it('that waits for a connection is not late while it waits', async () => {
    const held: (() => void)[] = [];
    const server = await serveTrial((socket, _head, count) => {
      socket.write(count > 1 ? http(200, {}, 'second') : `${http(200, { 'Content-Length': 2 })}a`);
      held.push(() => socket.write('b'));
    });
    const upstream = openTrial({ limits: { connections: 1, headersTimeoutMs: 60 } });
    const url = `http://127.0.0.1:${server.port}/`;
    const first = await upstream.request(get(url));
    const second = upstream.request(get(url));
    await new Promise((resolve) => setTimeout(resolve, 120));
    held[0]?.();
    expect(await textOf(first)).toBe('ab');
    expect(await textOf(await second)).toBe('second');
  });

  it('for the head has no body, whatever length is told', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, { 'Content-Length': 1e9 })));
    const ask = get(`http://127.0.0.1:${server.port}/`, { method: 'HEAD', maxBytes: 10 });
    const upstream = openTrial();
    const answer = await upstream.request(ask);
    expect(answer.headers['content-length']).toBe('1000000000');
    expect(await textOf(answer)).toBe('');
    await upstream.request(ask);
    for (const socket of server.sockets) await gone(socket);
  });

  it.each([
    ['http://index.example/simple/', 'WP-PLAIN-HTTP'],
    ['ftp://index.example/', 'WP-SCHEME'],
    ['file:///etc/passwd', 'WP-SCHEME'],
    ['https://xn--ndex-8kd.test/', 'WP-HOST-LOOKALIKE'],
    ['not an address', 'WP-SCHEME'],
  ])('for %s is refused with %s before anything is sent (D09)', async (url, code) => {
    expect(await refusalOf(openTrial().request(get(url)))).toMatchObject({ code });
  });

  it('may use plain http where the policy names the host', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const upstream = openTrial({ allowPlainHttp: (host) => host === 'index.example' });
    const url = `http://index.example:${server.port}/`;
    expect(await textOf(await upstream.request(get(url)))).toBe('ok');
  });
});

describe('credentials (D15)', () => {
  it('of the address go into a header and nowhere else', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const url = `http://us%40er:canary@127.0.0.1:${server.port}/`;
    const answer = await openTrial().request(get(url));
    const expected = Buffer.from('us@er:canary').toString('base64');
    expect(server.heads[0]).toContain(`authorization: Basic ${expected}`);
    expect(answer.url).not.toContain('canary');
  });

  it('are never printed', async () => {
    const closed = await serveTrial(() => {});
    await closed.close();
    const urls = [
      `http://user:canary@127.0.0.1:${closed.port}/?token=canary`,
      'http://canary@index.example/',
      'http://user:canary@index.example/',
      'ftp://canary@index.example/',
    ];
    for (const url of urls) {
      const refusal = await refusalOf(openTrial().request(get(url)));
      expect(`${refusal.message} ${refusal.hint}`).not.toContain('canary');
    }
  });

  it('stay at home when a redirect leaves, also when it comes back', async () => {
    const other = await serveTrial((socket) =>
      socket.write(redirectTo(`http://127.0.0.1:${home.port}/back`)),
    );
    const home = await serveTrial((socket, head) => {
      const isStart = head.startsWith('GET /start');
      const isNext = head.startsWith('GET /next');
      const away = `http://127.0.0.1:${other.port}/away`;
      socket.write(isStart ? redirectTo('/next') : isNext ? redirectTo(away) : http(200, {}, 'ok'));
    });
    const url = `http://user:canary@127.0.0.1:${home.port}/start`;
    const headers = { cookie: 'canary', 'x-api-key': 'canary', accept: 'kept' };
    const answer = await openTrial().request(get(url, { headers }));
    expect(answer.url).toBe(`http://127.0.0.1:${home.port}/back`);
    const basic = `Basic ${Buffer.from('user:canary').toString('base64')}`;
    expect(home.heads.map((head) => head.includes(basic))).toEqual([true, true, false]);
    expect(home.heads.map((head) => head.includes('canary'))).toEqual([true, true, false]);
    expect(other.heads[0]).not.toMatch(/canary|Basic/u);
    expect(other.heads[0]).toContain('accept: kept');
  });
});

describe('redirects', () => {
  it('are handed back where that was asked for, and for other methods', async () => {
    const server = await serveTrial((socket) => socket.write(redirectTo('http://evil.test/')));
    const url = `http://127.0.0.1:${server.port}/`;
    for (const more of [{ redirects: 'hand-back' as const }, { method: 'POST' }]) {
      const answer = await openTrial().request(get(url, more));
      expect(answer).toMatchObject({ status: 302, headers: { location: 'http://evil.test/' } });
      expect(await textOf(answer)).toBe('moved');
    }
  });

  it('within one server use its connections again', async () => {
    const server = await serveTrial((socket, _head, count) =>
      socket.write(count < 9 ? redirectTo(`/${count}`) : http(200, {}, 'ok')),
    );
    await textOf(await openTrial().request(get(`http://127.0.0.1:${server.port}/`)));
    expect(server.sockets.length).toBeLessThanOrEqual(2);
  });

  it('in a circle, 30 hops and two ways at once are refused (D16)', async () => {
    const server = await serveTrial((socket, head, count) => {
      if (head.startsWith('GET /circle')) socket.write(redirectTo('/circle'));
      else if (head.startsWith('GET /fork')) {
        socket.write(http(302, { Location: '/a', location: '/b' }));
      } else socket.write(redirectTo(`/hop${count}`));
    });
    const upstream = openTrial();
    const ask = (path: string) =>
      refusalOf(upstream.request(get(`http://127.0.0.1:${server.port}${path}`)));
    expect(await ask('/circle')).toMatchObject({ code: 'WP-LIMIT-REDIRECTS' });
    expect(server.heads).toHaveLength(1);
    expect(await ask('/hop')).toMatchObject({ code: 'WP-LIMIT-REDIRECTS' });
    expect(server.heads).toHaveLength(12);
    expect(await ask('/fork')).toMatchObject({ code: 'WP-UPSTREAM-STATUS' });
  });

  it('to plain http, other schemes and look-alikes end at that hop (D10, D11)', async () => {
    const targets = ['http://index.example/x', 'file:///etc/passwd', 'https://a.test@evil.test/'];
    const codes: string[] = [];
    for (const target of targets) {
      const server = await serveTrial((socket) => socket.write(redirectTo(target)));
      const refusal = await refusalOf(openTrial().request(get(`http://127.0.0.1:${server.port}/`)));
      codes.push(refusal.code);
      expect(server.heads).toHaveLength(1);
    }
    expect(codes).toEqual(['WP-PLAIN-HTTP', 'WP-SCHEME', 'WP-HOST-LOOKALIKE']);
  });

  it('to a page that is too large end in the size limit (D16)', async () => {
    const server = await serveTrial((socket, head) =>
      socket.write(
        head.startsWith('GET /big')
          ? http(200, { 'Content-Length': 1e9 }, 'x')
          : redirectTo('/big'),
      ),
    );
    const ask = get(`http://127.0.0.1:${server.port}/`, { maxBytes: 1000 });
    expect(await refusalOf(openTrial().request(ask))).toMatchObject({ code: 'WP-LIMIT-SIZE' });
  });
});

describe('limits of time (D18)', () => {
  it('end an answer whose headers never come, never end or are always interim', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serveTrial((socket, head) => {
      const drip = head.startsWith('GET /drip') ? 'X-A: b\r\n' : 'HTTP/1.1 103 Early\r\n\r\n';
      if (head.startsWith('GET /silent')) return;
      if (head.startsWith('GET /drip')) socket.write('HTTP/1.1 200 OK\r\n');
      timers.push(setInterval(() => socket.write(drip), 5));
    });
    const upstream = openTrial({ limits: { headersTimeoutMs: 80 } });
    for (const path of ['silent', 'drip', 'interim']) {
      const ask = get(`http://127.0.0.1:${server.port}/${path}`);
      expect(await refusalOf(upstream.request(ask))).toMatchObject({ code: 'WP-LIMIT-TIME' });
    }
    for (const timer of timers) clearInterval(timer);
    expect(server.heads).toHaveLength(3);
  });

  it('end a connection that does not come about as unreachable', async () => {
    const lookup: Parameters<typeof openTrial>[0] = { lookup: () => {} };
    const upstream = openTrial({ ...lookup, limits: { connectTimeoutMs: 20, maxTries: 2 } });
    const refusal = await refusalOf(upstream.request(get('https://slow.test/')));
    expect(refusal.code).toBe('WP-UPSTREAM-UNREACHABLE');
    expect(refusal.message).toBe('slow.test:443: no connection within 20 ms (2 tries)');
  });
});

describe('an end from our side', () => {
  it('by the signal throws its reason at every stage and frees the socket', async () => {
    const reason = new Error('enough');
    await expect(
      openTrial().request(get('http://127.0.0.1:1/', { signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);

    for (const beginning of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab']) {
      const stop = new AbortController();
      const server = await serveTrial((socket) => {
        if (beginning === '') stop.abort(reason);
        else socket.write(beginning);
      });
      const ask = get(`http://127.0.0.1:${server.port}/`, { signal: stop.signal });
      const work = (async () => {
        const answer = await openTrial().request(ask);
        for await (const chunk of answer.body) if (chunk.length > 0) stop.abort(reason);
      })();
      await expect(work).rejects.toBe(reason);
      await gone(server.sockets[0]);
    }
  });

  it('by close ends what is under way, and what comes after is refused', async () => {
    const server = await serveTrial((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'),
    );
    const upstream = openTrial();
    const ask = get(`http://127.0.0.1:${server.port}/`);
    const answer = await upstream.request(ask);
    const reading = refusalOf(textOf(answer));
    await upstream.close();
    expect(await reading).toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
    await gone(server.sockets[0]);
    expect(await refusalWhileReading(upstream, ask)).toMatchObject({
      code: 'WP-UPSTREAM-UNREACHABLE',
    });
  });
});
