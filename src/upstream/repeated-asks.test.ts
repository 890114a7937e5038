// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FakeTime } from '../../test/world/fake-time.ts';
import { http } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';
import { LATE_MS } from '../core/limits.ts';
import { Tries } from '../core/tries.ts';

/** The pause before another try passes at once, the wait for a late answer never. */
const onlyBriefly = (milliseconds: number): Promise<void> =>
  milliseconds < LATE_MS.least ? Promise.resolve() : new Promise(() => undefined);

const redirectTo = (location: string): string => http(302, { Location: location }, 'moved');

describe('tries', () => {
  it('survive resets before the headers and 503, with growing waits', async () => {
    const waits: number[] = [];
    const server = await serveTrial((socket, _head, count) => {
      if (count === 1) socket.resetAndDestroy();
      else socket.write(count === 2 ? http(503, {}, 'busy') : http(200, {}, 'ok'));
    });
    const wait = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
    const answer = await openTrial({ wait }).request(get(`http://127.0.0.1:${server.port}/`));
    expect(await textOf(answer)).toBe('ok');
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? Infinity);
  });

  it('of one thing are counted by whoever asks for it, for each address on the way', async () => {
    const server = await serveTrial((socket, head, count) => {
      if (head.startsWith('GET /thing')) socket.write(redirectTo('/there'));
      else socket.write(count === 2 ? http(502, {}, 'bad') : http(200, {}, 'ok'));
    });
    const tries = new Tries();
    const origin = `http://127.0.0.1:${server.port}`;
    const upstream = openTrial({ wait: onlyBriefly });
    const answer = await upstream.request(get(`${origin}/thing`, { tries }));
    expect(await textOf(answer)).toBe('ok');
    expect(tries.of(`${origin}/thing`).made).toBe(1);
    expect(tries.most).toBe(2);
  });

  it('are two at a time where the first is late, and the slower one loses its connection', async () => {
    const time = new FakeTime();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const server = await serveTrial((socket, _head, count) => {
      if (count === 1) resolve();
      else socket.write(http(200, {}, 'second'));
    });
    const url = `http://127.0.0.1:${server.port}/`;
    // Nothing else may end the first one.
    const upstream = openTrial({ wait: time.wait, limits: { headersTimeoutMs: 3_600_000 } });
    const answering = upstream.request(get(url, { tries: new Tries() }));
    await asked;
    await time.pass(LATE_MS.most);
    expect(await textOf(await answering)).toBe('second');
    await gone(server.sockets[0]);
    expect(server.sockets).toHaveLength(2);
  });

  it('are one at a time where nobody says that it may be asked for twice', async () => {
    const time = new FakeTime();
    const held: Socket[] = [];
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const server = await serveTrial((socket) => {
      held.push(socket);
      resolve();
    });
    const url = `http://127.0.0.1:${server.port}/`;
    const answering = openTrial({ wait: time.wait }).request(get(url));
    await asked;
    await time.pass(LATE_MS.most);
    held[0]?.write(http(200, {}, 'first'));
    expect(await textOf(await answering)).toBe('first');
    expect(held).toHaveLength(1);
  });

  it('hand back the last 5xx', async () => {
    const server = await serveTrial((socket) => socket.write(http(502, {}, 'bad')));
    const answer = await openTrial().request(get(`http://127.0.0.1:${server.port}/`));
    expect(answer.status).toBe(502);
    expect(await textOf(answer)).toBe('bad');
    expect(server.heads).toHaveLength(3);
  });

  it('are one only for what changes something', async () => {
    const server = await serveTrial((socket) => socket.destroy());
    const ask = get(`http://127.0.0.1:${server.port}/`, { method: 'POST' });
    expect(await refusalOf(openTrial().request(ask))).toMatchObject({
      code: 'WP-UPSTREAM-UNREACHABLE',
      message: expect.stringContaining('(1 try)'),
    });
    expect(server.heads).toHaveLength(1);
  });

  it('end in what, where and how often: refused, unknown name, not HTTP', async () => {
    const closed = await serveTrial(() => {});
    await closed.close();
    const refused = await refusalOf(
      openTrial().request(get(`http://127.0.0.1:${closed.port}/a?b`)),
    );
    expect(refused.code).toBe('WP-UPSTREAM-UNREACHABLE');
    expect(refused.message).toBe(`127.0.0.1:${closed.port} refused the connection (3 tries)`);

    const unknown: Parameters<typeof openTrial>[0] = {
      lookup: (_name, _options, callback) =>
        callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), ''),
    };
    const nowhere = await refusalOf(openTrial(unknown).request(get('https://nowhere.test/')));
    expect(nowhere.message).toBe('nowhere.test:443 is not known (DNS) (3 tries)');

    const server = await serveTrial((socket) => socket.write('SSH-2.0-hello\r\n\r\n'));
    const garbage = await refusalOf(openTrial().request(get(`http://127.0.0.1:${server.port}/`)));
    expect(garbage.code).toBe('WP-UPSTREAM-UNREACHABLE');
    expect(garbage.message).toContain('not valid HTTP');
  });
});
