// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyPin, makeAuthority } from '../../test/world/certificates.ts';
import {
  END_HEADERS,
  END_STREAM,
  field,
  FRAME,
  OK,
  type FrameAnswer,
} from '../../test/world/frame-server.ts';
import { cert, key, openFrameTrial, trusted } from '../../test/world/frame-trial.ts';
import { get, gone, openTrial, refusalOf, textOf } from '../../test/world/upstream-trial.ts';
import { MIB } from '../core/limits.ts';

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

describe('a server that speaks for another host', () => {
  const names = ['index.example', 'files.example'];
  const both = trusted.leaf({ names });
  const origins: FrameAnswer = (say, stream) => {
    const origin = Buffer.from(`https://files.example:${say.socket.localPort}`);
    const length = Buffer.from([0, origin.length]);
    say.send(FRAME.origin, 0, 0, Buffer.concat([length, origin]));
    say.answer(stream, 'whose?');
  };
  const tls = { cert: both.certPem, key: both.keyPem };

  it('is asked nothing of it over its own connection (D15)', async () => {
    const { server, upstream, url, ask } = await openFrameTrial(origins, {}, tls);
    const elsewhere = url.replace('index', 'files');
    for (const each of [url, elsewhere, url, elsewhere]) {
      expect(await textOf(await upstream.request(get(each)))).toBe('whose?');
    }
    expect(server.speakers.map(({ socket }) => socket.servername)).toEqual(names);
    expect(await ask()).toBe('whose?');
  });

  it('has not shown the key that is pinned for that one (D01)', async () => {
    const other = keyPin(makeAuthority().caPem);
    const pins = { primary: [other], backup: [], expired: false, source: 'wheelproof.toml' };
    const pinsOf = (hostname: string) => (hostname === 'files.example' ? [pins] : []);
    const { upstream, url, ask } = await openFrameTrial(origins, { pinsOf }, tls);
    expect(await ask()).toBe('whose?');
    const asking = upstream.request(get(url.replace('index', 'files')));
    expect(await refusalOf(asking)).toMatchObject({ code: 'WP-SPKI-MISMATCH' });
  });
});

describe('a server that says too much', () => {
  it('in its headers is refused', async () => {
    const many = Array.from({ length: 150 }, (_none, at) => field(`x-${at}`, 'y'.repeat(110)));
    const { ask } = await openFrameTrial(
      (say, stream) => {
        say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, Buffer.concat([OK, ...many]));
      },
      { limits: { maxTries: 1 } },
    );
    await expect(refusalOf(ask())).resolves.toMatchObject({ code: 'WP-UPSTREAM-UNREACHABLE' });
  });

  it('and never ends its headers loses the connection', async () => {
    const { server, ask } = await openFrameTrial((say, stream) => {
      say.send(FRAME.headers, 0, stream, OK);
      for (let count = 0; count < 200; count += 1) {
        say.send(FRAME.continuation, 0, stream, field('x-a', 'b'.repeat(100)));
      }
    });
    expect(await ask()).toBe('alone');
    await gone(server.speakers[0]?.socket);
  });

  it('in crumbs is broken off where nobody reads, since each takes more than its byte', async () => {
    const { upstream, url, ask } = await openFrameTrial((say, stream, count) => {
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
    const { server, ask } = await openFrameTrial(
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
    const { server, ask } = await openFrameTrial((say, stream, count) => {
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
    const { ask } = await openFrameTrial((say, stream) =>
      say.send(FRAME.headers, END_HEADERS | END_STREAM, stream, fork),
    );
    const { code } = await refusalOf(ask());
    expect(code).toBe('WP-UPSTREAM-STATUS');
  });
});
