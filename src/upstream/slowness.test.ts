// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority } from '../../test/world/certificates.ts';
import { http, type RawAnswer } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  refusalWhileReading,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';
import {
  CONNECT_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  MAX_SLOW_TRIES,
  PAGE_DEADLINE_MS,
  STALL_TIMEOUT_MS,
} from '../core/limits.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Sends `piece` again and again, until the other side has enough. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 2);
  socket.once('close', () => clearInterval(timer));
}

describe('a server that is too slow (D18)', () => {
  it('has at most a minute of stall for a file, by default', () => {
    expect(STALL_TIMEOUT_MS * MAX_SLOW_TRIES).toBeLessThanOrEqual(60_000);
    expect(HEADERS_TIMEOUT_MS * MAX_SLOW_TRIES).toBeLessThanOrEqual(60_000);
    expect(CONNECT_TIMEOUT_MS).toBeLessThanOrEqual(60_000);
    expect(PAGE_DEADLINE_MS).toBeLessThanOrEqual(120_000);
  });

  it.each<[string, RawAnswer]>([
    ['says nothing', () => undefined],
    ['never ends its headers', (socket) => (socket.write(OK), drip(socket, 'X-More: 1\r\n'))],
    ['never ends its interim answers', (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n')],
    ['drips its body', (socket) => (socket.write(`${OK}\r\n`), drip(socket, 'x'))],
    ['stands still', (socket) => socket.write(`${OK}Content-Length: 900\r\n\r\nx`)],
  ])('%s', async (_name, answer) => {
    const server = await serveTrial(answer);
    const limits = { stallTimeoutMs: 2_000, headersTimeoutMs: 80 };
    // 2 s at 1 KiB/s: a drip of 500 bytes per second is too slow, standing still too.
    const upstream = openTrial({ limits });
    const ask = get(`http://127.0.0.1:${server.port}/`);
    expect(await refusalWhileReading(upstream, ask)).toMatchObject({ code: 'WP-LIMIT-TIME' });
    await gone(server.sockets[0]);
  });

  it('is refused as slow where it takes the call and never begins TLS', async () => {
    const server = createServer((socket) => socket.on('error', () => socket.destroy()));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = Object(server.address());
    const upstream = openTrial({ limits: { connectTimeoutMs: 60 } });
    const refusal = await refusalOf(upstream.request(get(`https://index.example:${port}/`)));
    expect(refusal.code).toBe('WP-LIMIT-TIME');
    expect(refusal.message).toContain('connected, but no TLS within 60 ms');
  });

  it('passes while it is quick enough', async () => {
    const server = await serveTrial((socket) => {
      const pieces = ['a', 'b', 'c'];
      socket.write(`${OK}Content-Length: 3\r\n\r\n`);
      const timer = setInterval(() => {
        const piece = pieces.shift();
        if (piece === undefined) clearInterval(timer);
        else socket.write(piece);
      }, 5);
    });
    const upstream = openTrial({ limits: { stallTimeoutMs: 5_000 } });
    const answer = await upstream.request(get(`http://127.0.0.1:${server.port}/`));
    expect(await textOf(answer)).toBe('abc');
  });
});

describe('a deadline', () => {
  const WITHIN = { withinMs: 80 };

  it('ends a body that comes quickly and never ends', async () => {
    const server = await serveTrial(
      (socket) => (socket.write(`${OK}\r\n`), drip(socket, 'x'.repeat(2_000))),
    );
    const ask = get(`http://127.0.0.1:${server.port}/`, { ...WITHIN, maxBytes: 1e9 });
    const refusal = await refusalWhileReading(openTrial(), ask);
    expect(refusal).toMatchObject({ code: 'WP-LIMIT-TIME', class: 'E-LIMIT' });
    expect(refusal.message).toContain('the whole answer within 80 ms');
    await gone(server.sockets[0]);
  });

  it('counts redirects and further tries too', async () => {
    const silent = await serveTrial(() => undefined);
    const server = await serveTrial((socket) => {
      socket.write(http(302, { Location: `http://127.0.0.1:${silent.port}/` }));
    });
    const refusal = await refusalOf(
      openTrial().request(get(`http://127.0.0.1:${server.port}/`, WITHIN)),
    );
    expect(refusal.message).toContain('the whole answer within 80 ms');
    const busy = await serveTrial((socket) => socket.write(http(503, { 'Retry-After': 1 })));
    const waiting = openTrial({
      wait: (_ms, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('given up'))),
        ),
    });
    const second = await refusalOf(waiting.request(get(`http://127.0.0.1:${busy.port}/`, WITHIN)));
    expect(second.code).toBe('WP-LIMIT-TIME');
  });

  it('does not concern what ended before', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')));
    const upstream = openTrial();
    const url = `http://127.0.0.1:${server.port}/`;
    const answer = await upstream.request(get(url, { withinMs: 5_000 }));
    expect(await textOf(answer)).toBe('ok');
  });
});

describe("Node's switch that lets every certificate pass (D08)", () => {
  it('is not obeyed, and told', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    });
    const { certPem, keyPem } = makeAuthority().leaf({ names: ['index.example'] });
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')), {
      cert: certPem,
      key: keyPem,
    });
    const notes: string[] = [];
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const upstream = openTrial({ environment, note: (sentence) => notes.push(sentence) });
    const ask = get(`https://index.example:${server.port}/`);
    expect(await refusalOf(upstream.request(ask))).toMatchObject({ code: 'WP-TLS' });
    expect(notes).toEqual([expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED=0')]);
    expect(server.heads).toHaveLength(0);
  });
});
