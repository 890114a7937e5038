// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
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

const OK = 'HTTP/1.1 200 OK\r\n';

describe('a body that is cut (A20)', () => {
  it.each([
    ['below its length', `${OK}Content-Length: 10\r\n\r\nhello`],
    ['below its length, announced', `${OK}Connection: close\r\nContent-Length: 10\r\n\r\nhello`],
    ['before any byte', `${OK}Content-Length: 10\r\n\r\n`],
    ['between chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`],
    ['within a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\nff\r\nhello`],
    [
      'between chunks, announced',
      `${OK}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    ],
    ['by a broken chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`],
  ])('%s is a truncation, however the connection ends', async (_how, text) => {
    for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const server = await serveTrial((socket) => {
        socket.write(text, () => socket[end]());
      });
      const url = `http://127.0.0.1:${server.port}/x?token=canary`;
      const refusal = await refusalWhileReading(openTrial(), get(url));
      // A reset may overtake the headers; then there was no answer at all.
      const codes = [
        'WP-UPSTREAM-TRUNCATED',
        ...(end === 'end' ? [] : ['WP-UPSTREAM-UNREACHABLE']),
      ];
      expect(codes).toContain(refusal.code);
      expect(refusal.message).not.toContain('canary');
    }
  });

  it('by a reset is one also where no length was told, and a plain end is none', async () => {
    const sockets: Socket[] = [];
    const server = await serveTrial((socket) => {
      sockets.push(socket);
      socket.write(`${OK}Connection: close\r\n\r\nhello`);
    });
    const read = async (finish: (socket: Socket | undefined) => void): Promise<string> => {
      const answer = await openTrial().request(get(`http://127.0.0.1:${server.port}/`));
      let text = '';
      for await (const chunk of answer.body) {
        text += Buffer.from(chunk).toString();
        finish(sockets.at(-1));
      }
      return text;
    };
    expect(await read((socket) => socket?.end())).toBe('hello');
    const refusal = await refusalOf(read((socket) => socket?.resetAndDestroy()));
    expect(refusal.code).toBe('WP-UPSTREAM-TRUNCATED');
    expect(refusal.message).toContain('found 5 bytes');
  });

  it('before anyone reads is told when someone does', async () => {
    const server = await serveTrial((socket) => {
      socket.write(`${OK}Content-Length: 10\r\n\r\nhello`);
    });
    const answer = await openTrial().request(get(`http://127.0.0.1:${server.port}/`));
    server.sockets[0]?.destroy();
    await gone(server.sockets[0]);
    expect(await refusalOf(textOf(answer))).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
  });
});

describe('a body that is longer than told', () => {
  it('ends where its length says; the rest answers nothing', async () => {
    const server = await serveTrial((socket, _head, count) => {
      const forged = http(200, {}, 'forged');
      socket.write(count === 1 ? `${http(200, {}, 'hello')}${forged}` : http(200, {}, 'true'));
    });
    const upstream = openTrial();
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await textOf(await upstream.request(get(url)))).toBe('hello');
    expect(await textOf(await upstream.request(get(url)))).toBe('true');
    expect(server.sockets).toHaveLength(2);
  });
});

describe('the size limit (D19)', () => {
  it('refuses a told length at once, without reading', async () => {
    const server = await serveTrial((socket) =>
      socket.write(`${OK}Content-Length: 3000000000\r\n\r\nhello`),
    );
    const ask = get(`http://127.0.0.1:${server.port}/`, { maxBytes: 900 });
    const refusal = await refusalOf(openTrial().request(ask));
    expect(refusal.code).toBe('WP-LIMIT-SIZE');
    expect(refusal.message).toContain('at most 900 bytes, found 3000000000');
    await gone(server.sockets[0]);
  });

  it('cuts an untold one while reading, and lets the exact size pass', async () => {
    const server = await serveTrial((socket) => {
      socket.write(`${OK}Connection: close\r\n\r\n${'x'.repeat(1000)}`, () => socket.end());
    });
    const url = `http://127.0.0.1:${server.port}/`;
    const upstream = openTrial();
    expect(await textOf(await upstream.request(get(url, { maxBytes: 1000 })))).toHaveLength(1000);
    const refusal = await refusalWhileReading(upstream, get(url, { maxBytes: 999 }));
    expect(refusal.code).toBe('WP-LIMIT-SIZE');
    await gone(server.sockets[1]);
  });
});

describe('the stall limit (D18)', () => {
  it('ends a body that stands still or drips', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serveTrial((socket, head) => {
      socket.write(`${OK}Content-Length: 900\r\n\r\nx`);
      if (head.startsWith('GET /drip')) timers.push(setInterval(() => socket.write('x'), 5));
    });
    const upstream = openTrial({ limits: { stallTimeoutMs: 60 } });
    for (const path of ['still', 'drip']) {
      const ask = get(`http://127.0.0.1:${server.port}/${path}`);
      expect(await refusalWhileReading(upstream, ask)).toMatchObject({ code: 'WP-LIMIT-TIME' });
    }
    for (const timer of timers) clearInterval(timer);
    await gone(server.sockets[0]);
    await gone(server.sockets[1]);
  });

  // Real time passes in this test, because that it passes is what must not matter.
  it('does not run while the reader takes its time', async () => {
    const server = await serveTrial((socket) => {
      socket.write(`${OK}Content-Length: 2\r\n\r\na`);
      setTimeout(() => socket.write('b'), 10);
    });
    const upstream = openTrial({ limits: { stallTimeoutMs: 40 } });
    const answer = await upstream.request(get(`http://127.0.0.1:${server.port}/`));
    let text = '';
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString();
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(text).toBe('ab');
  });
});

describe('a reader', () => {
  it.each(['before the first byte', 'in the middle'])(
    'that stops %s ends the connection',
    async (when) => {
      const server = await serveTrial((socket) =>
        socket.write(`${OK}Content-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`),
      );
      const ask = get(`http://127.0.0.1:${server.port}/`, { maxBytes: 1e9 });
      const answer = await openTrial().request(ask);
      if (when === 'in the middle') {
        for await (const chunk of answer.body) if (chunk.length > 0) break;
      } else {
        await answer.body[Symbol.asyncIterator]().return?.();
      }
      await gone(server.sockets[0]);
      expect(await textOf(answer)).toBe('');
    },
  );

  it('that is slow keeps the server from sending more', async () => {
    const total = 64 * 1024 * 1024;
    let sent = 0;
    const server = await serveTrial((socket) => {
      const block = Buffer.alloc(256 * 1024);
      const pump = (): void => {
        while (sent < total && !socket.destroyed) {
          sent += block.length;
          if (!socket.write(block)) return void socket.once('drain', pump);
        }
      };
      socket.write(`${OK}Content-Length: ${total}\r\n\r\n`);
      pump();
    });
    const ask = get(`http://127.0.0.1:${server.port}/`, { maxBytes: total });
    const answer = await openTrial().request(ask);
    const reader = answer.body[Symbol.asyncIterator]();
    await reader.next();
    for (let before = -1, quiet = 0; quiet < 200; before = sent) {
      await turn();
      quiet = sent === before ? quiet + 1 : 0;
    }
    expect(sent).toBeLessThan(total / 2);
    let received = 0;
    for await (const chunk of answer.body) received += chunk.length;
    expect(sent).toBe(total);
    expect(received).toBeGreaterThan(total - 1024 * 1024);
  });
});
