// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyPin, makeAuthority } from '../../test/world/certificates.ts';
import { FakeTime } from '../../test/world/fake-time.ts';
import {
  END_HEADERS,
  END_STREAM,
  field,
  FRAME,
  OK,
  serveFrames,
  type FrameAnswer,
  type FrameOptions,
} from '../../test/world/frame-server.ts';
import { http } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';
import { LATE_MS, MIB, SHARED_CONNECTION } from '../core/limits.ts';
import { Tries } from '../core/tries.ts';
import type { UpstreamSettings } from './settings.ts';

const trusted = makeAuthority({ name: 'Trusted Test CA' });
const { certPem: cert, keyPem: key } = trusted.leaf({ names: ['index.example'] });

async function frames(
  answer: FrameAnswer,
  settings: Partial<UpstreamSettings> = {},
  options: FrameOptions = {},
) {
  const server = await serveFrames(answer, { cert, key, ...options });
  onTestFinished(() => server.close());
  const upstream = openTrial({ caFiles: [trusted.caFile], ...settings });
  const url = `https://index.example:${server.port}/`;
  const ask = async (more: Parameters<typeof get>[1] = {}) =>
    textOf(await upstream.request(get(url, more)));
  return { server, upstream, url, ask };
}

/** A real server of HTTP/2, which keeps its rules. */
async function real(answer: (stream: ServerHttp2Stream, path: string) => void) {
  const server = createSecureServer({ cert, key });
  const sessions: { destroy(): void }[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answer(stream, headers[':path'] ?? '');
  });
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  const upstream = openTrial({ caFiles: [trusted.caFile] });
  return { upstream, sessions, url: (path: string) => `https://index.example:${port}${path}` };
}

describe('requests to one server', () => {
  it('go side by side over one connection where it speaks HTTP/2', async () => {
    const held: (() => void)[] = [];
    const { server, ask } = await frames((say, stream) => {
      held.push(() => say.answer(stream, `${stream}`));
      if (held.length === 30) for (const act of held.toReversed()) act();
    });
    const texts = await Promise.all(Array.from({ length: 30 }, () => ask()));
    expect(new Set(texts).size).toBe(30);
    expect(server.speakers).toHaveLength(1);
    expect(server.alone()).toBe(0);
  });

  it('go over connections of their own where it does not, the first of which is used', async () => {
    const server = await serveTrial((socket) => socket.write(http(200, {}, 'ok')), { cert, key });
    const upstream = openTrial({ caFiles: [trusted.caFile], limits: { connections: 3 } });
    const url = `https://index.example:${server.port}/`;
    const asks = Array.from({ length: 12 }, async () => textOf(await upstream.request(get(url))));
    expect(new Set(await Promise.all(asks))).toEqual(new Set(['ok']));
    expect(server.connections()).toBe(3);
  });

  it('that change something, or whose answer is long, have a connection of their own', async () => {
    const long = field('content-length', `${SHARED_CONNECTION.mostBytes + 1}`);
    const { server, ask } = await frames((say, stream) => {
      say.send(FRAME.headers, END_HEADERS, stream, Buffer.concat([OK, long]));
    });
    expect(await ask({ method: 'POST' })).toBe('alone');
    expect(server.speakers).toHaveLength(0);
    expect(await ask({ maxBytes: 2 * SHARED_CONNECTION.mostBytes })).toBe('alone');
    expect(server.speakers).toHaveLength(1);
    expect(await refusalOf(ask({ maxBytes: 10 }))).toMatchObject({ code: 'WP-LIMIT-SIZE' });
  });

  it('are sent to nobody who shows another key than the pinned one (D01)', async () => {
    const other = keyPin(makeAuthority().caPem);
    const pins = { primary: [other], backup: [], expired: false, source: 'wheelproof.toml' };
    let asked = 0;
    const { ask } = await frames(() => (asked += 1), { pinsOf: () => [pins] });
    expect(await refusalOf(ask())).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
    expect(asked).toBe(0);
  });

  it('are asked for elsewhere where the server allows none at all', async () => {
    const none = Buffer.from([0, 3, 0, 0, 0, 0]); // SETTINGS_MAX_CONCURRENT_STREAMS = 0
    const limits = { headersTimeoutMs: 50 };
    const { ask } = await frames(() => {}, { limits }, { settings: none });
    // This one goes out before that is known.
    expect(await refusalOf(ask())).toMatchObject({ code: 'WP-LIMIT-TIME' });
    expect(await ask()).toBe('alone');
  });

  it('wait for nobody where the server allows fewer than there would be connections', async () => {
    const one = Buffer.from([0, 3, 0, 0, 0, 1]); // SETTINGS_MAX_CONCURRENT_STREAMS = 1
    const { promise: held, resolve } = Promise.withResolvers<void>();
    const answer: FrameAnswer = (say, stream, count) =>
      count === 2 ? resolve() : say.answer(stream, 'shared');
    const { ask } = await frames(answer, {}, { settings: one });
    expect(await ask()).toBe('shared');
    const stop = new AbortController();
    const holding = ask({ signal: stop.signal });
    await held;
    expect(await ask()).toBe('alone');
    stop.abort(new Error('enough'));
    await expect(holding).rejects.toThrow('enough');
  });
});

describe('a server that breaks off', () => {
  it.each<[string, FrameAnswer]>([
    ['refuses the stream', (say, stream) => say.reset(stream, 7)],
    ['cancels it', (say, stream) => say.reset(stream, 8)],
    ['ends it without a word', (say, stream) => say.reset(stream, 0)],
    ['says goodbye before it', (say) => say.goaway(0)],
    ['says goodbye with an error', (say) => say.goaway(0, 2)],
    ['closes the connection', (say) => say.socket.destroy()],
    ['speaks something else', (say) => say.socket.write('HTTP/1.1 200 OK\r\n\r\n')],
    ['pushes what nobody asked for', (say, stream) => say.send(FRAME.push, END_HEADERS, stream, Buffer.concat([Buffer.from([0, 0, 0, 2]), OK]))], // prettier-ignore
  ])('and %s is asked again, over another connection', async (_how, answer) => {
    const { server, ask } = await frames(answer);
    expect(await ask()).toBe('alone');
    expect(server.alone()).toBe(1);
    const only = await frames(answer, { limits: { maxTries: 1 } });
    expect(await refusalOf(only.ask())).toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
    expect(only.server.alone()).toBe(0);
  });

  it('and takes its leave, but never hangs up, keeps no connection of ours', async () => {
    const { server, upstream, ask } = await frames(
      (say, stream, count) => {
        say.send(FRAME.headers, END_HEADERS, stream, OK);
        if (count === 1) say.goaway(stream);
        say.send(FRAME.data, END_STREAM, stream, Buffer.from('whole'));
      },
      {},
      { allowHalfOpen: true },
    );
    expect([await ask(), await ask()]).toEqual(['whole', 'whole']);
    expect(server.speakers).toHaveLength(2);
    await upstream.close();
    for (const { socket } of server.speakers) {
      // Whoever has only said goodbye in turn would take all of this.
      for (; !socket.closed; await turn()) socket.write('still there?');
    }
  });

  it.each<[string, FrameAnswer]>([
    ['no error', (say, stream) => say.reset(stream, 0)],
    ['an error', (say, stream) => say.reset(stream, 2)],
    ['a cancellation', (say, stream) => say.reset(stream, 8)],
    ['the end of the connection', (say) => say.socket.end()],
    ['a reset of the connection', (say) => say.socket.destroy()],
  ])('in the middle of a body, with %s, has cut it (A20)', async (_how, end) => {
    for (const length of [Buffer.alloc(0), field('content-length', '9')]) {
      const seen = await frames((say, stream) => {
        say.send(FRAME.headers, END_HEADERS, stream, Buffer.concat([OK, length]));
        say.send(FRAME.data, 0, stream, Buffer.from('abc'));
        setImmediate(() => end(say, stream, 1));
      });
      expect(await refusalOf(seen.ask())).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
    }
  });

  it('before what it has sent was read has cut it (F01)', async () => {
    const { server, upstream, url } = await frames((say, stream) => {
      say.send(FRAME.headers, END_HEADERS, stream, OK);
      for (let left = 40; left > 0; left -= 1) {
        say.send(FRAME.data, left === 1 ? END_STREAM : 0, stream, Buffer.alloc(16_000));
      }
      say.socket.end();
    });
    const answer = await upstream.request(get(url));
    await gone(server.speakers[0]?.socket);
    expect(await refusalOf(textOf(answer))).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
  });

  it('without a word of its length has ended where the server says so', async () => {
    const { ask } = await frames((say, stream, count) => {
      if (count === 1) say.answer(stream, 'whole');
      else say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, OK);
    });
    expect(await ask()).toBe('whole');
    expect(await ask()).toBe('');
  });

  it('with less or more than it told has cut it as well', async () => {
    for (const length of ['2', '9']) {
      const { ask } = await frames((say, stream) =>
        say.answer(stream, 'abc', field('content-length', length)),
      );
      const { code } = await refusalOf(ask({ tries: new Tries() }));
      expect(['WP-UPSTREAM-TRUNCATED', 'WP-UPSTREAM-UNREACHABLE']).toContain(code);
    }
  });
});

describe('a server that holds back', () => {
  it('is asked again over another connection, and left where it says nothing at all', async () => {
    const time = new FakeTime();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { server, ask } = await frames(() => resolve(), { wait: time.wait }, { isMute: true });
    const answering = ask({ tries: new Tries() });
    await asked;
    await time.pass(LATE_MS.most);
    expect(await answering).toBe('alone');
    await gone(server.speakers[0]?.socket);
  });

  it('after its headers is given up, and stays of use for others', async () => {
    const { server, ask } = await frames(
      (say, stream, count) => {
        if (count === 1) say.send(FRAME.headers, END_HEADERS, stream, OK);
        else say.answer(stream, 'second');
      },
      { limits: { stallTimeoutMs: 100 } },
    );
    expect(await refusalOf(ask())).toMatchObject({ code: 'WP-LIMIT-TIME' });
    // Whether anybody is still there is asked first.
    expect(await ask()).toBe('alone');
    expect(await ask()).toBe('second');
    expect(server.speakers).toHaveLength(1);
  });
});

describe('a server that says too much', () => {
  it('in its headers is refused', async () => {
    const many = Array.from({ length: 150 }, (_none, at) => field(`x-${at}`, 'y'.repeat(110)));
    const { ask } = await frames(
      (say, stream) => {
        say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, Buffer.concat([OK, ...many]));
      },
      { limits: { maxTries: 1 } },
    );
    await expect(refusalOf(ask())).resolves.toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
  });

  it('and never ends its headers loses the connection', async () => {
    const { server, ask } = await frames((say, stream) => {
      say.send(FRAME.headers, 0, stream, OK);
      for (let count = 0; count < 200; count += 1) {
        say.send(FRAME.continuation, 0, stream, field('x-a', 'b'.repeat(100)));
      }
    });
    expect(await ask()).toBe('alone');
    await gone(server.speakers[0]?.socket);
  });

  it('in crumbs is broken off where nobody reads, since each takes more than its byte', async () => {
    const { upstream, url, ask } = await frames((say, stream, count) => {
      if (count % 2 === 0) return say.answer(stream, 'second');
      say.send(FRAME.headers, END_HEADERS, stream, OK);
      for (let left = count === 1 ? 20_000 : 8_000; left > 0; left -= 1) {
        say.send(FRAME.data, left === 1 ? END_STREAM : 0, stream, Buffer.from('x'));
      }
    });
    const unread = await upstream.request(get(url));
    expect(await ask()).toBe('second'); // by then all of the first has come
    expect(await refusalOf(textOf(unread))).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
    expect(await ask()).toHaveLength(8_000);
  });

  it.each<[string, FrameAnswer]>([
    ['PING', (say) => say.send(FRAME.ping, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', (say) => say.send(FRAME.settings, 0, 0, Buffer.from([0, 3, 0, 0, 0, 50]))],
  ])('in %s frames whose answers it does not read loses the connection', async (_name, say) => {
    const { server, ask } = await frames(
      (speaker, stream, count) => {
        speaker.socket.pause();
        for (let left = 50_000; left > 0; left -= 1) say(speaker, stream, count);
      },
      { limits: { headersTimeoutMs: 5_000 } },
    );
    expect(await ask()).toBe('alone');
    await gone(server.speakers[0]?.socket);
  });

  it('of what other hosts it speaks for is never asked for them, and loses the connection', async () => {
    const { server, ask } = await frames((say, stream, count) => {
      for (let at = 0; at < 1000; at += 1) {
        const origin = Buffer.from(`https://host${at}.example`);
        const length = Buffer.from([0, origin.length]);
        say.send(FRAME.origin, 0, 0, Buffer.concat([length, origin]));
      }
      say.answer(stream, `${count}`);
    });
    expect(await ask()).toBe('alone');
    await gone(server.speakers[0]?.socket);
  });

  it('is held back where nobody reads, and others are not', async () => {
    let sent = 0;
    const { upstream, url, sessions } = await real((stream, path) => {
      if (path === '/small') {
        stream.respond({ ':status': 200 });
        stream.end('small');
        return;
      }
      stream.respond({ ':status': 200 });
      const more = (): void => {
        const piece = Buffer.alloc(MIB / 16);
        stream.write(piece, () => {
          sent += piece.length;
          if (sent < 64 * MIB) more();
        });
      };
      more();
    });
    const unread = await upstream.request(get(url('/big'), { maxBytes: 100 * MIB }));
    for (let count = 0; count < 20; count += 1) {
      expect(await textOf(await upstream.request(get(url('/small'))))).toBe('small');
    }
    expect(sent).toBeLessThan(4 * MIB);
    expect(sessions).toHaveLength(1);
    await unread.body[Symbol.asyncIterator]().return?.();
  });

  it('with two ways at once is refused, as over HTTP/1.1 (D16)', async () => {
    const fork = Buffer.concat([
      Buffer.from([0x08, 3]),
      Buffer.from('302'),
      field('location', '/a'),
      field('location', '/b'),
    ]);
    const { ask } = await frames((say, stream) =>
      say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, fork),
    );
    const { code } = await refusalOf(ask());
    expect(code).toBe('WP-UPSTREAM-STATUS');
  });
});

describe('an end from our side', () => {
  it('ends one stream and no other', async () => {
    const reason = new Error('enough');
    const stop = new AbortController();
    const { server, ask } = await frames((say, stream, count) => {
      if (count === 1) stop.abort(reason);
      else say.answer(stream, 'second');
    });
    await expect(ask({ signal: stop.signal })).rejects.toBe(reason);
    expect(await ask()).toBe('second');
    expect(server.speakers).toHaveLength(1);
  });

  it('by close ends the connection and what is on it', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { server, upstream, ask } = await frames(() => resolve());
    const answering = refusalOf(ask());
    await asked;
    await upstream.close();
    expect(await answering).toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
    await gone(server.speakers[0]?.socket);
  });
});
