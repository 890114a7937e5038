// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { TAIL_BYTES } from './archive-signs.ts';
import { KIB, MAX_HTTP2_STREAMS, MIB } from '../core/limits.ts';
import {
  INDEX,
  listed,
  openScene,
  problem,
  tunnel,
  WHEEL,
  WHEEL_NAME,
  type Scene,
} from './fakes.test-support.ts';
import {
  DATA,
  END_STREAM,
  type Fields,
  frame,
  rawHttp2,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './raw-http2.test-support.ts';

const HOST = 'files.index.example';
const WEB = `https://${HOST}/download`;
const BYTES = Buffer.alloc(300 * KIB, 7);
const LONG = 'x'.repeat(5_000);
const HELD = new Refusal('WP-HASH-MISMATCH', { message: 'tampered' });

let scene: Scene;
let session: ClientHttp2Session;
beforeEach(async () => {
  scene = await openScene();
  session = await openSession();
});
afterEach(async () => {
  session.destroy();
  await vi.waitFor(() => expect(scene.verification.open).toBe(0));
  await scene.close();
});

async function openSession(settings = {}): Promise<ClientHttp2Session> {
  const socket = await tunnel(scene.gateway, `${HOST}:443`, ['h2', 'http/1.1']);
  expect(socket.alpnProtocol).toBe('h2');
  const opened = connect(`https://${HOST}`, { createConnection: () => socket, settings });
  opened.on('error', () => undefined);
  return opened;
}

interface Ended {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** `null` where the stream ended well. */
  readonly reset: number | null;
}

async function ended(stream: ClientHttp2Stream): Promise<Ended> {
  const chunks: Buffer[] = [];
  let headers: Record<string, string | string[] | undefined> = {};
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('response', (answered) => (headers = { ...answered } as typeof headers));
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.once('close', resolve));
  const reset = stream.rstCode === constants.NGHTTP2_NO_ERROR ? null : stream.rstCode;
  const status = Number(headers[':status'] ?? 0);
  return { status, headers, body: Buffer.concat(chunks), reset };
}

const ask = (headers: OutgoingHttpHeaders = {}): Promise<Ended> =>
  ended(session.request({ ':path': `/${WHEEL_NAME}`, ...headers }));

/** A request's pseudo-headers, but for the authority. */
const head = (path: string, method = 'GET'): Fields => [
  [':method', method],
  [':scheme', 'https'],
  [':path', path],
];

describe('HTTP/2 within a tunnel', () => {
  test('brings a file, with no header of one connection', async () => {
    scene.verification.release(WHEEL, BYTES);
    const got = await ask();
    expect([got.status, got.reset]).toEqual([200, null]);
    expect(got.body.equals(BYTES)).toBe(true);
    expect(got.headers).not.toHaveProperty('connection');
    expect(got.headers).not.toHaveProperty('keep-alive');
    expect(got.headers).not.toHaveProperty('transfer-encoding');
  });

  test('says in a problem body why a file is refused', async () => {
    scene.verification.refuse(WHEEL);
    const got = await ask();
    expect([got.status, got.reset]).toEqual([403, null]);
    expect(got.headers['content-type']).toBe('application/problem+json');
    expect(problem(got)).toMatchObject({ code: 'WP-HASH-MISMATCH', filename: WHEEL_NAME });
  });

  test('a proxied answer loses what belongs to one connection, and a status beyond HTTP/2', async () => {
    const headers = {
      connection: 'x-hop',
      'x-hop': '1',
      'http2-settings': 'AA',
      'keep-alive': '5',
    };
    scene.upstream.told.set(WEB, { status: 999, headers, body: ['text'] });
    const got = await ask({ ':path': '/download' });
    expect([got.status, got.body.toString()]).toEqual([599, 'text']);
    for (const name of Object.keys(headers)) expect(got.headers).not.toHaveProperty(name);
  });

  test('asks upstream without pseudo-headers', async () => {
    scene.upstream.told.set(WEB, { body: ['text'] });
    await ask({ ':path': '/download', 'x-own': '1' });
    expect(scene.upstream.asks[0]?.headers).toEqual({
      'x-own': '1',
      'accept-encoding': 'identity',
    });
    expect(scene.upstream.asks[0]?.body).toBeNull();
  });

  test('passes what is sent along', async () => {
    scene.upstream.told.set(WEB, { body: ['text'] });
    const stream = session.request({
      ':path': '/download',
      ':method': 'POST',
      expect: '100-continue',
    });
    const got = ended(stream);
    await once(stream, 'continue');
    stream.end('sent along');
    expect((await got).body.toString()).toBe('text');
    expect(scene.upstream.bodies).toEqual(['sent along']);
  });

  test.each([8, 0])('what is reset (%d) while it is sent never seems complete', async (code) => {
    scene.upstream.told.set(WEB, { body: ['text'] });
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    raw.request(1, [...head('/download', 'POST'), [':authority', HOST]], { more: true });
    raw.send(DATA, 0, 1, Buffer.from('half of'));
    await vi.waitFor(() => expect(scene.upstream.asks).toHaveLength(1));
    raw.send(RST_STREAM, 0, 1, Buffer.from([0, 0, 0, code]));
    await vi.waitFor(() => expect(scene.upstream.asks[0]?.signal?.aborted).toBe(true));
    expect((await ask({ ':path': '/absent.whl' })).status).toBe(404); // whoever had to notice has
    expect(scene.upstream.bodies).toEqual([]);
    raw.end();
  });

  test('a header with a line break is passed to nobody', async () => {
    scene.upstream.told.set(WEB, { body: ['text'] });
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    raw.request(1, [...head('/download'), [':authority', HOST], ['x-own', 'a\r\nb: c']]);
    await raw.frame(({ stream }) => stream === 1);
    expect(scene.upstream.asks[0]?.headers).toEqual({ 'accept-encoding': 'identity' });
    raw.end();
  });
});

describe('a request over HTTP/2 is for its tunnel alone', () => {
  test.each<[string, OutgoingHttpHeaders]>([
    ['another authority', { ':authority': 'other.example' }],
    ['another port', { ':authority': `${HOST}:8443` }],
    ['another Host beside it', { host: 'other.example' }],
    ['plain http', { ':scheme': 'http' }],
    ['no path', { ':method': 'OPTIONS', ':path': '*' }],
    ['a CONNECT', { ':method': 'CONNECT', ':authority': `${HOST}:443` }],
  ])('%s is refused', async (_, headers) => {
    const asked: OutgoingHttpHeaders = { ':path': '/download', ':authority': HOST, ...headers };
    if (asked[':method'] === 'CONNECT') delete asked[':path'];
    const got = await ended(session.request(asked));
    expect(got.status).toBe(400);
    expect(problem(got)).toMatchObject({ code: 'WP-BYPASS-TRAFFIC' });
    expect(scene.events).toContainEqual(expect.objectContaining({ event: 'malformed' }));
    expect([scene.upstream.asks, scene.verification.asks]).toEqual([[], []]);
  });

  test.each<[string, Fields]>([
    ['an upgrade', [['upgrade', 'websocket']]],
    ['a header of one connection', [['connection', 'x-own']]],
    ['chunks', [['transfer-encoding', 'chunked']]],
    ['two authorities', [[':authority', 'other.example']]],
    ['a name in capitals', [['X-Own', '1']]],
    ['an extended CONNECT', [[':protocol', 'websocket']]],
    ['a length that is not so', [['content-length', '5']]],
    ['a header of 40,000 bytes', Array.from({ length: 8 }, (_, at) => [`x-${at}`, LONG])],
    ['two hundred headers', Array.from({ length: 200 }, (_, at) => [`x-${at}`, 'x'])],
  ])('%s is no request', async (_, fields) => {
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    raw.request(1, [...head('/download'), [':authority', HOST], ...fields]);
    expect(await raw.refused(1)).toBe(true);
    expect([scene.upstream.asks, scene.verification.asks]).toEqual([[], []]);
    raw.end();
  });

  test.each<[string, Fields]>([
    ['a user name', [...head('/download'), [':authority', `u@${HOST}`]]],
    ['a whole address', [...head(`https://other.example/${WHEEL_NAME}`), [':authority', HOST]]],
    ['two Hosts', [...head('/download'), ['host', HOST], ['host', 'other.example']]],
    ['no authority at all', head('/download')],
  ])('%s is no request', async (_, fields) => {
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    raw.request(1, fields);
    expect(await raw.refused(1)).toBe(true);
    expect([scene.upstream.asks, scene.verification.asks]).toEqual([[], []]);
    raw.end();
  });

  test('a Host that says the same does no harm', async () => {
    scene.verification.release(WHEEL, BYTES);
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    raw.request(1, [...head(`/${WHEEL_NAME}`), [':authority', HOST], ['host', HOST]]);
    raw.request(3, [...head(`/${WHEEL_NAME}`), ['host', HOST]]);
    await vi.waitFor(() => expect(scene.verification.asks).toHaveLength(2));
    raw.end();
  });
});

describe('what is refused on its way', () => {
  const half = BYTES.length / 2;

  test('is reset before its last byte, and refused from then on; its neighbours come whole', async () => {
    const other = `https://${HOST}/other-1.0-py3-none-any.whl`;
    const arrived = Promise.withResolvers<void>();
    scene.verification.stream(other, BYTES, async (beyond) => {
      await arrived.promise;
      return beyond < half ? half : BYTES.length;
    });
    scene.verification.stream(WHEEL, BYTES, async (beyond) => {
      if (beyond < half) return half;
      await arrived.promise;
      scene.verification.refuse(WHEEL);
      throw HELD;
    });
    const neighbour = ask({ ':path': '/other-1.0-py3-none-any.whl' });
    const stream = session.request({ ':path': `/${WHEEL_NAME}` });
    stream.once('data', () => arrived.resolve());
    const got = await ended(stream);
    expect([got.status, got.reset]).toEqual([200, constants.NGHTTP2_INTERNAL_ERROR]);
    expect(got.body.length).toBeLessThanOrEqual(half);
    expect((await neighbour).body.equals(BYTES)).toBe(true);
    expect((await ask({ range: `bytes=${half}-` })).status).toBe(403);
    expect(session.closed).toBe(false);
  });

  test('never has an end, even where nobody said how long it would be', async () => {
    const zip = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
    scene.upstream.told.set(WEB, {
      body: [Buffer.alloc(MIB, 1), Buffer.alloc(TAIL_BYTES, 1), zip],
    });
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    raw.get(1, HOST, '/download');
    const more = Buffer.from('00ffffff', 'hex'); // more than there is
    raw.send(WINDOW_UPDATE, 0, 0, more);
    raw.send(WINDOW_UPDATE, 0, 1, more);
    await raw.frame(({ type }) => type === RST_STREAM);
    const data = raw.frames.filter(({ type, stream }) => type === DATA && stream === 1);
    expect(data.length).toBeGreaterThan(0);
    expect(data.some(({ flags }) => (flags & END_STREAM) !== 0)).toBe(false);
    raw.end();
  });
});

describe('a client that takes more than its share', () => {
  test('is not read for ahead of what it takes', async () => {
    const large = Buffer.alloc(64 * MIB);
    scene.verification.release(WHEEL, large);
    let read = 0;
    const release = scene.verification.files.get(WHEEL);
    scene.verification.files.set(WHEEL, async () => {
      const outcome = await release?.();
      if (outcome?.outcome !== 'released') throw new Error('nothing to release');
      const { file } = outcome;
      return {
        ...outcome,
        file: {
          ...file,
          read: (position, length) => {
            read = position + length;
            return file.read(position, length);
          },
        },
      };
    });
    const stream = session.request({ ':path': `/${WHEEL_NAME}` });
    await once(stream, 'response');
    expect((await ask({ ':path': '/absent.whl' })).status).toBe(404);
    expect(read).toBeLessThan(MIB);
    stream.close(constants.NGHTTP2_CANCEL);
    await vi.waitFor(() => expect(scene.verification.open).toBe(0));
  });

  test('has no more requests open than the bound', async () => {
    scene.verification.files.set(WHEEL, () => new Promise(() => undefined));
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    for (let at = 0; at <= MAX_HTTP2_STREAMS; at += 1) raw.get(2 * at + 1, HOST, `/${WHEEL_NAME}`);
    expect(await raw.refused(2 * MAX_HTTP2_STREAMS + 1)).toBe(true);
    expect(scene.verification.asks).toHaveLength(MAX_HTTP2_STREAMS);
    raw.end();
  });

  test('many large pages at once that nobody reads yet do not turn others away', async () => {
    const url = `${INDEX}demo/`;
    const files = Array.from({ length: 10_000 }, (_, at) => listed(`demo-${at}-py3-none-any.whl`));
    const page = {
      project: 'demo',
      apiVersion: '1.4',
      status: 'active',
      files,
      refused: [],
    } as const;
    scene.verification.pages.set(url, {
      outcome: 'judged',
      judged: {
        page: { ...page, statusReason: null, lastSerial: null },
        offered: files,
        shown: [],
      },
    });
    const socket = await tunnel(scene.gateway, 'index.example:443', ['h2']);
    const lazy = connect('https://index.example', { createConnection: () => socket });
    const streams = Array.from({ length: 20 }, () => lazy.request({ ':path': '/simple/demo/' }));
    await Promise.all(streams.map((stream) => once(stream, 'response')));
    const all = await Promise.all(streams.map((stream) => ended(stream)));
    expect(all.every(({ reset, body }) => reset === null && body.length > MIB)).toBe(true);
    lazy.destroy();
  });

  test('that resets as fast as it asks is sent away', async () => {
    scene.verification.files.set(WHEEL, () => new Promise(() => undefined));
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    for (let at = 0; at < 5_000; at += 1) {
      raw.get(2 * at + 1, HOST, `/${WHEEL_NAME}`);
      raw.send(RST_STREAM, 0, 2 * at + 1, Buffer.from([0, 0, 0, 8]));
    }
    await raw.closed;
    expect(scene.verification.asks.length).toBeLessThan(1_200);
    expect((await ask({ ':path': '/absent.whl' })).status).toBe(404);
  });

  test('that floods us with settings and reads none of the answers is sent away', async () => {
    const raw = await rawHttp2(scene.gateway, `${HOST}:443`);
    const flood = Array.from({ length: 300_000 }, () => frame(SETTINGS, 0, 0, Buffer.alloc(0)));
    raw.socket.pause();
    raw.socket.write(Buffer.concat(flood));
    raw.socket.resume();
    await raw.closed;
    expect((await ask({ ':path': '/absent.whl' })).status).toBe(404);
  });

  test.each(['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nHost: files.index.example\r\n\r\n'])(
    'that says %j where HTTP/2 was agreed on is sent away',
    async (text) => {
      const socket = await tunnel(scene.gateway, `${HOST}:443`, ['h2']);
      socket.on('error', () => undefined).resume();
      socket.write(text);
      await once(socket, 'close');
      expect(scene.verification.asks).toEqual([]);
    },
  );
});

describe('the end of the run', () => {
  test('ends every session at once, whatever is open', async () => {
    scene.verification.files.set(WHEEL, () => new Promise(() => undefined));
    const waiting = ask();
    await vi.waitFor(() => expect(scene.verification.asks).toHaveLength(1));
    const idle = await openSession();
    const over = Promise.all([once(idle, 'close'), once(session, 'close')]);
    await scene.gateway.close();
    await over;
    expect((await waiting).status).toBe(0);
  });
});
