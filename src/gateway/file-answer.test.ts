// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { MIB } from '../core/limits.ts';
import {
  fetchThrough,
  MISMATCH,
  openScene,
  PROTOCOLS,
  problem,
  readAll,
  sha256,
  speak,
  tunnel,
  WHEEL,
  WHEEL_NAME,
  type Scene,
} from './fakes.test-support.ts';

describe.each(PROTOCOLS)('over %s', (protocol) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene({}, protocol);
  });
  afterEach(() => scene.close());

  const BYTES = Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 7) % 251));

  const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetchThrough(scene, url, { headers, method });

  describe('a released file', () => {
    beforeEach(() => scene.verification.release(WHEEL, BYTES));
    afterEach(() => vi.waitFor(() => expect(scene.verification.open).toBe(0)));

    test('goes out whole', async () => {
      const got = await get(WHEEL);
      expect(got.status).toBe(200);
      expect(got.body.equals(BYTES)).toBe(true);
      expect(got.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-length': String(BYTES.length),
        'accept-ranges': 'bytes',
        'cache-control': 'no-store',
        etag: `"${sha256(BYTES)}"`,
      });
      expect(scene.upstream.asks).toEqual([]);
    });

    test('may be kept by a private cache where that is wanted', async () => {
      const caching = await openScene({ keepsWheels: true }, protocol);
      try {
        caching.verification.release(WHEEL, BYTES);
        const { headers } = await fetchThrough(caching, WHEEL);
        expect(headers['cache-control']).toBe('private, max-age=31536000, immutable');
      } finally {
        await caching.close();
      }
    });

    test('answers HEAD with the same headers and no body', async () => {
      const got = await get(WHEEL, {}, 'HEAD');
      expect([got.status, got.body.length]).toEqual([200, 0]);
      expect(got.headers['content-length']).toBe(String(BYTES.length));
    });

    test('answers ranges like slices', async () => {
      const position = fc.nat(BYTES.length + 10);
      await fc.assert(
        fc.asyncProperty(position, position, async (a, b) => {
          fc.pre(a <= b);
          const got = await get(WHEEL, { range: `bytes=${a}-${b}` });
          const expected = BYTES.subarray(a, b + 1);
          expect(got.status).toBe(expected.length === 0 ? 416 : 206);
          expect(got.body.equals(expected)).toBe(true);
          if (got.status === 206) {
            expect(got.headers['content-range']).toBe(
              `bytes ${a}-${a + expected.length - 1}/${BYTES.length}`,
            );
          } else expect(got.headers['content-range']).toBe(`bytes */${BYTES.length}`);
        }),
        { numRuns: 40 },
      );
    });

    test('answers the end of a file (lazy wheels)', async () => {
      const got = await get(WHEEL, { range: 'bytes=-100' });
      expect(got.status).toBe(206);
      expect(got.body.equals(BYTES.subarray(-100))).toBe(true);
    });

    test('answers a condition that holds with 304', async () => {
      const got = await get(WHEEL, { 'if-none-match': `"${sha256(BYTES)}"` });
      expect([got.status, got.body.length]).toEqual([304, 0]);
    });

    test('is asked for with the credentials of its own origin', async () => {
      await get(WHEEL, { authorization: 'Basic abc', 'x-other': '1' });
      expect(scene.verification.asks).toEqual([
        { what: 'file', ask: { url: WHEEL, credentials: { authorization: 'Basic abc' } } },
      ]);
    });

    test('is closed when the client goes away in the middle', async () => {
      const large = Buffer.alloc(64 * 1024 * 1024);
      scene.verification.release(WHEEL, large);
      const socket = await tunnel(scene.gateway, 'files.index.example:443');
      socket.write(`GET /${WHEEL_NAME} HTTP/1.1\r\nHost: files.index.example\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
      expect(scene.verification.open).toBe(1);
      socket.destroy();
      await vi.waitFor(() => expect(scene.verification.open).toBe(0));
    });

    test('is closed when it comes after the client went away', async () => {
      const held = Promise.withResolvers<void>();
      const release = scene.verification.files.get(WHEEL);
      scene.verification.files.set(WHEEL, async () => {
        await held.promise;
        if (release === undefined) throw new Error('nothing to release');
        return release();
      });
      const socket = await tunnel(scene.gateway, 'files.index.example:443');
      socket.write(`GET /${WHEEL_NAME} HTTP/1.1\r\nHost: files.index.example\r\n\r\n`);
      await vi.waitFor(() => expect(scene.verification.asks).toHaveLength(1));
      socket.destroy();
      await vi.waitFor(() =>
        expect(scene.events.some(({ event }) => event === 'request')).toBe(true),
      );
      held.resolve();
      await vi.waitFor(() => expect(scene.verification.opened).toBe(1));
    });
  });

  describe('a refused file', () => {
    beforeEach(() => scene.verification.refuse(WHEEL));

    test.each([
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { range: 'bytes=10-' }],
      ['GET', { range: 'bytes=-5' }],
      ['GET', { 'if-none-match': '*' }],
      ['GET', { 'if-modified-since': 'Tue, 15 Nov 2044 12:45:26 GMT' }],
    ])('answers %s %j with 403', async (method, headers) => {
      expect((await get(WHEEL, headers, method)).status).toBe(403);
    });

    test('says why in a problem body', async () => {
      const got = await get(WHEEL);
      expect(got.headers['content-type']).toBe('application/problem+json');
      expect(problem(got)).toEqual({
        type: 'https://wheelproof.invalid/errors/WP-HASH-MISMATCH',
        title: 'Blocked by wheelproof',
        status: 403,
        detail: `${MISMATCH.message} (WP-HASH-MISMATCH)`,
        code: 'WP-HASH-MISMATCH',
        class: 'E-BYTES',
        hint: MISMATCH.hint,
        project: 'demo',
        version: '1.0',
        filename: WHEEL_NAME,
      });
      expect(scene.events).toContainEqual({
        event: 'refused',
        kind: 'file',
        url: WHEEL,
        reason: MISMATCH,
      });
    });

    test('says why in the status line, in one clean line', async () => {
      scene.verification.refuse(WHEEL, {
        ...MISMATCH,
        message: `evil\r\nSet-Cookie: a=b\u001b[31m ${'x'.repeat(900)}`,
      });
      const text = await speak(
        scene.gateway,
        'files.index.example:443',
        `GET /${WHEEL_NAME} HTTP/1.1\r\nHost: files.index.example\r\nConnection: close\r\n\r\n`,
      );
      const [line = '', ...rest] = text.split('\r\n');
      expect(line).toMatch(
        /^HTTP\/1\.1 403 Blocked by wheelproof: evil.*x+\? \(WP-HASH-MISMATCH\)$/u,
      );
      expect(line.length).toBeLessThanOrEqual('HTTP/1.1 403 '.length + 300);
      expect(rest.some((header) => /^set-cookie/iu.test(header))).toBe(false);
    });
  });

  test.each([
    [401, 'Basic realm="x"', 401],
    [404, null, 404],
    [503, null, 503],
    [200, null, 404],
  ])('a file that is not served with %d answers %d', async (status, challenge, seen) => {
    scene.verification.files.set(WHEEL, () => ({ outcome: 'not-served', status, challenge }));
    const got = await get(WHEEL);
    expect(got.status).toBe(seen);
    expect(got.headers['www-authenticate']).toBe(challenge ?? undefined);
  });

  describe('a streaming file', () => {
    const half = BYTES.length / 2;
    const steps = (beyond: number) => Promise.resolve(beyond < half ? half : BYTES.length);
    const cut = (beyond: number) =>
      beyond < half
        ? Promise.resolve(half)
        : Promise.reject(new Refusal('WP-HASH-MISMATCH', { message: 'tampered' }));
    afterEach(() => vi.waitFor(() => expect(scene.verification.open).toBe(0)));

    test('goes out as it is released', async () => {
      scene.verification.stream(WHEEL, BYTES, steps);
      const got = await get(WHEEL);
      expect(got.headers['content-length']).toBe(String(BYTES.length));
      expect(got.body.equals(BYTES)).toBe(true);
    });

    test('goes out from memory where it lies there, else from the store, each byte once', async () => {
      const third = Math.floor(BYTES.length / 3);
      const loans = { made: 0, ended: 0 };
      scene.verification.stream(WHEEL, BYTES, steps, (position, length) => {
        if (position >= third && position < half) return null;
        const end = position < third ? Math.min(third, position + length) : position + length;
        const bytes = Buffer.from(BYTES.subarray(position, end));
        loans.made += 1;
        const giveBack = (): void => {
          loans.ended += 1;
          bytes.fill(0); // others lie there now
        };
        return { bytes, giveBack };
      });
      const got = await get(WHEEL);
      expect(got.body.equals(BYTES)).toBe(true);
      expect(loans.made).toBeGreaterThan(1);
      await vi.waitFor(() => expect(loans.ended).toBe(loans.made));
    });

    test('a loan is not given back where the client went away: something may still read it', async () => {
      const begun = Promise.withResolvers<void>();
      let ended = 0;
      const large = Buffer.alloc(64 * MIB, 1);
      scene.verification.stream(
        WHEEL,
        large,
        () => Promise.resolve(large.length),
        (position) => {
          begun.resolve();
          return { bytes: large.subarray(position), giveBack: () => (ended += 1) };
        },
      );
      const socket = await tunnel(scene.gateway, 'files.index.example:443');
      socket.write(`GET /${WHEEL_NAME} HTTP/1.1\r\nHost: files.index.example\r\n\r\n`);
      await begun.promise;
      socket.destroy();
      await vi.waitFor(() => expect(scene.verification.open).toBe(0));
      expect(ended).toBe(0);
    });

    test.each([
      ['HEAD', {}, 200],
      ['GET', { range: 'bytes=0-9' }, 206],
    ])('%s %j waits for the verdict', async (method, headers, status) => {
      const released = Promise.withResolvers<number>();
      scene.verification.stream(WHEEL, BYTES, () => released.promise);
      const got = get(WHEEL, headers, method);
      await vi.waitFor(() => expect(scene.verification.asks).toHaveLength(1));
      released.resolve(BYTES.length);
      expect((await got).status).toBe(status);
    });

    test.each([
      ['HEAD', {}],
      ['GET', { range: 'bytes=0-9' }],
    ])('%s %j gets the refusal that GET gets', async (method, headers) => {
      scene.verification.stream(WHEEL, BYTES, cut);
      expect((await get(WHEEL, headers, method)).status).toBe(403);
    });

    test('that is refused before its first byte is a clean 403', async () => {
      scene.verification.stream(WHEEL, BYTES, () => cut(half));
      expect((await get(WHEEL)).status).toBe(403);
    });

    test('that is refused on the way is cut, and refused from then on', async () => {
      const arrived = Promise.withResolvers<void>();
      scene.verification.stream(WHEEL, BYTES, async (beyond) => {
        if (beyond < half) return half;
        await arrived.promise;
        scene.verification.refuse(WHEEL);
        return cut(beyond);
      });
      const socket = await tunnel(scene.gateway, 'files.index.example:443');
      const reading = readAll(socket);
      socket.on('data', () => arrived.resolve());
      socket.write(`GET /${WHEEL_NAME} HTTP/1.1\r\nHost: files.index.example\r\n\r\n`);
      const text = await reading;
      expect(text).toMatch(/^HTTP\/1\.1 200 /u);
      expect(text).toMatch(/error:ECONNRESET$/u);
      expect(text.length).toBeLessThan(BYTES.length);
      expect((await get(WHEEL, { range: `bytes=${half}-` })).status).toBe(403);
    });
  });

  test('a fault of ours blocks', async () => {
    scene.verification.files.set(WHEEL, () => Promise.reject(new Error('boom')));
    const got = await get(WHEEL);
    expect(got.status).toBe(403);
    expect(problem(got)).toMatchObject({ code: 'WP-INTERNAL' });
    expect(scene.events).toContainEqual(expect.objectContaining({ event: 'fault', url: WHEEL }));
  });

  test('fifty clients at once', async () => {
    scene.verification.release(WHEEL, BYTES);
    const all = await Promise.all(Array.from({ length: 50 }, () => get(WHEEL)));
    expect(all.every(({ body }) => body.equals(BYTES))).toBe(true);
    await vi.waitFor(() => expect(scene.verification.open).toBe(0));
  });
});
