// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { keyPin, makeAuthority } from '../../test/world/certificates.ts';
import { FakeTime } from '../../test/world/fake-time.ts';
import {
  END_HEADERS,
  END_STREAM,
  field,
  FRAME,
  OK,
  type FrameAnswer,
} from '../../test/world/frame-server.ts';
import { cert, key, openFrameTrial, trusted } from '../../test/world/frame-trial.ts';
import { http } from '../../test/world/raw-server.ts';
import {
  get,
  gone,
  openTrial,
  refusalOf,
  serveTrial,
  textOf,
} from '../../test/world/upstream-trial.ts';
import { LATE_MS, SHARED_CONNECTION } from '../core/limits.ts';
import { Tries } from '../core/tries.ts';

describe('requests to one server', () => {
  it('go side by side over one connection where it speaks HTTP/2', async () => {
    const held: (() => void)[] = [];
    const { server, ask } = await openFrameTrial((say, stream) => {
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
    const { server, ask } = await openFrameTrial((say, stream) => {
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
    const { ask } = await openFrameTrial(() => (asked += 1), { pinsOf: () => [pins] });
    expect(await refusalOf(ask())).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
    expect(asked).toBe(0);
  });

  it('are asked for elsewhere where the server allows none at all', async () => {
    const none = Buffer.from([0, 3, 0, 0, 0, 0]); // SETTINGS_MAX_CONCURRENT_STREAMS = 0
    const limits = { headersTimeoutMs: 50 };
    const { ask } = await openFrameTrial(() => {}, { limits }, { settings: none });
    // This one goes out before that is known.
    expect(await refusalOf(ask())).toMatchObject({ code: 'WP-LIMIT-TIME' });
    expect(await ask()).toBe('alone');
  });

  it('wait for nobody where the server allows fewer than there would be connections', async () => {
    const one = Buffer.from([0, 3, 0, 0, 0, 1]); // SETTINGS_MAX_CONCURRENT_STREAMS = 1
    const { promise: held, resolve } = Promise.withResolvers<void>();
    const answer: FrameAnswer = (say, stream, count) =>
      count === 2 ? resolve() : say.answer(stream, 'shared');
    const { ask } = await openFrameTrial(answer, {}, { settings: one });
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
    const { server, ask } = await openFrameTrial(answer);
    expect(await ask()).toBe('alone');
    expect(server.alone()).toBe(1);
    const only = await openFrameTrial(answer, { limits: { maxTries: 1 } });
    expect(await refusalOf(only.ask())).toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
    expect(only.server.alone()).toBe(0);
  });

  it('and takes its leave, but never hangs up, keeps no connection of ours', async () => {
    const { server, upstream, ask } = await openFrameTrial(
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
      const seen = await openFrameTrial((say, stream) => {
        say.send(FRAME.headers, END_HEADERS, stream, Buffer.concat([OK, length]));
        say.send(FRAME.data, 0, stream, Buffer.from('abc'));
        setImmediate(() => end(say, stream, 1));
      });
      expect(await refusalOf(seen.ask())).toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
    }
  });

  it('before what it has sent was read has cut it (F01)', async () => {
    const { server, upstream, url } = await openFrameTrial((say, stream) => {
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
    const { ask } = await openFrameTrial((say, stream, count) => {
      if (count === 1) say.answer(stream, 'whole');
      else say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, OK);
    });
    expect(await ask()).toBe('whole');
    expect(await ask()).toBe('');
  });

  it('with less or more than it told has cut it as well', async () => {
    for (const length of ['2', '9']) {
      const { ask } = await openFrameTrial((say, stream) =>
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
    const { server, ask } = await openFrameTrial(
      () => resolve(),
      { wait: time.wait },
      { isMute: true },
    );
    const answering = ask({ tries: new Tries() });
    await asked;
    await time.pass(LATE_MS.most);
    expect(await answering).toBe('alone');
    await gone(server.speakers[0]?.socket);
  });

  it('after it has refused a stream, as a connection at its end does, is left', async () => {
    const { server, ask } = await openFrameTrial(
      (say, stream) => say.reset(stream, 7),
      {},
      { isMute: true },
    );
    expect(await ask()).toBe('alone');
    const asked = performance.now();
    await gone(server.speakers[0]?.socket);
    expect(performance.now() - asked).toBeLessThan(SHARED_CONNECTION.idleMs / 2);
  });

  it('after its headers is given up, and stays of use for others', async () => {
    const { server, ask } = await openFrameTrial(
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

describe('an end from our side', () => {
  it('ends one stream and no other', async () => {
    const reason = new Error('enough');
    const stop = new AbortController();
    const { server, ask } = await openFrameTrial((say, stream, count) => {
      if (count === 1) stop.abort(reason);
      else say.answer(stream, 'second');
    });
    await expect(ask({ signal: stop.signal })).rejects.toBe(reason);
    expect(await ask()).toBe('second');
    expect(server.speakers).toHaveLength(1);
  });

  it('by close ends the connection and what is on it', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { server, upstream, ask } = await openFrameTrial(() => resolve());
    const answering = refusalOf(ask());
    await asked;
    await upstream.close();
    expect(await answering).toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
    await gone(server.speakers[0]?.socket);
  });
});
