// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TAIL_BYTES } from './archive-signs.ts';
import {
  fetchThrough,
  MISMATCH,
  openScene,
  PROTOCOLS,
  speak,
  tunnel,
  type Scene,
  type Told,
} from './fakes.test-support.ts';

const ADDRESS = 'https://web.example/download?id=1';
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
const VERIFIED = Buffer.from('verified bytes');

describe.each(PROTOCOLS)('over %s', (protocol) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene({}, protocol);
  });
  afterEach(async () => {
    await vi.waitFor(() => expect(scene.upstream.unfinished).toBe(0));
    await scene.close();
  });

  function ask(told: Told, asking: Parameters<typeof fetchThrough>[2] = {}, url = ADDRESS) {
    scene.upstream.told.set(url, told);
    return fetchThrough(scene, url, asking);
  }

  const wasAsked = (what: string) => scene.verification.asks.some((asked) => asked.what === what);

  describe('what carries no distribution', () => {
    test('passes with its status and headers, and is counted', async () => {
      const got = await ask({
        status: 404,
        headers: {
          'x-own': '1',
          connection: 'x-hop',
          'x-hop': '1',
          'set-cookie': 'a=1\nb=2',
          'alt-svc': 'h3',
        },
        body: ['not', ' there'],
      });
      expect([got.status, got.body.toString()]).toEqual([404, 'not there']);
      expect(got.headers).toMatchObject({ 'x-own': '1', 'set-cookie': ['a=1', 'b=2'] });
      expect(got.headers).not.toHaveProperty('x-hop');
      expect(got.headers).not.toHaveProperty('alt-svc');
      await ask({}, {}, 'https://other.example/');
      await ask({}, {}, 'https://other.example/');
      expect(scene.gateway.otherTraffic()).toEqual([
        { host: 'web.example', requests: 1 },
        { host: 'other.example', requests: 2 },
      ]);
      expect(scene.verification.asks).toEqual([]);
    });

    test('is asked for whole, unencoded and without conditions', async () => {
      const headers = {
        range: 'bytes=5-',
        'if-none-match': '"x"',
        'if-modified-since': 'x',
        'accept-encoding': 'gzip, br',
        authorization: 'Basic abc',
        'x-own': '1',
      };
      await ask({ body: ['whole'] }, { headers });
      expect(scene.upstream.asks[0]).toMatchObject({ url: ADDRESS, redirects: 'hand-back' });
      expect(scene.upstream.asks[0]?.headers).toEqual({
        'accept-encoding': 'identity',
        authorization: 'Basic abc',
        'x-own': '1',
      });
    });

    test('may lead inside only where the user named the host', async () => {
      await ask({ body: ['x'] });
      expect(scene.upstream.asks[0]?.outside).toBe(true);
      const named = await openScene({ isNamedHost: (host) => host === 'web.example' }, protocol);
      named.upstream.told.set(ADDRESS, { body: ['x'] });
      await fetchThrough(named, ADDRESS);
      expect(named.upstream.asks[0]).not.toHaveProperty('outside');
      await named.close();
    });

    test('a body goes out as it came', async () => {
      const told = {
        headers: { 'content-type': 'application/x-git-upload-pack-result' },
        body: ['0008NAK\nPACK'],
      };
      const got = await ask(told, { method: 'POST', body: 'want 1234' });
      expect(got.body.toString()).toBe('0008NAK\nPACK');
      expect(scene.upstream.bodies).toEqual(['want 1234']);
      expect(scene.upstream.asks[0]?.headers['content-length']).toBe('9');
    });

    test('a HEAD passes without a body', async () => {
      const got = await ask({ headers: { 'content-length': '7' } }, { method: 'HEAD' });
      expect([got.status, got.headers['content-length']]).toEqual([200, '7']);
    });

    test('a large answer passes whole', async () => {
      const chunks = Array.from({ length: 40 }, (_, at) => Buffer.alloc(10_000, at + 1));
      const got = await ask({ body: chunks });
      expect(got.body.equals(Buffer.concat(chunks))).toBe(true);
    });

    test('plain html passes', async () => {
      const html = '<!doctype html><a href="/docs/">docs</a>';
      const got = await ask({ headers: { 'content-type': 'text/html' }, body: [html] });
      expect(got.body.toString()).toBe(html);
    });

    test('a redirect is handed back without its body', async () => {
      const headers = { location: '/elsewhere', 'content-length': '5' };
      const got = await ask({ status: 302, headers, body: ['moved'] });
      expect([got.status, got.headers['location'], got.body.length]).toEqual([
        302,
        '/elsewhere',
        0,
      ]);
    });

    test('the signature of a distribution passes', async () => {
      const got = await ask(
        { body: ['-----BEGIN'] },
        {},
        'https://web.example/demo-1.0.tar.gz.asc',
      );
      expect(got.body.toString()).toBe('-----BEGIN');
    });
  });

  describe('what carries a distribution under another name is judged as a file', () => {
    const zip = [Buffer.from('PK\x03\x04rest')];
    test.each<[string, Told]>([
      ['zip', { body: zip }],
      ['zip in small pieces', { body: ['P', 'K', '\x03', '\x04', 'rest'] }],
      ['gzip', { body: [gzipSync('x')] }],
      ['zip that says it is html', { headers: { 'content-type': 'text/html' }, body: zip }],
      [
        'zip that says it is git',
        { headers: { 'content-type': 'application/x-git-upload-pack-result' }, body: zip },
      ],
      ['zip with an error status', { status: 404, body: zip }],
      ['zip behind other bytes', { body: ['#!/bin/sh\n', EMPTY_ZIP] }],
      ['zip behind html', { headers: { 'content-type': 'text/html' }, body: ['<p>', EMPTY_ZIP] }],
      ['zip found at its end', { body: ['x'.repeat(1000), EMPTY_ZIP, '\0'.repeat(60_000)] }],
      [
        'named attachment',
        { headers: { 'content-disposition': 'attachment; filename=demo-1.0.tar.gz' } },
      ],
    ])('%s', async (_, told) => {
      scene.verification.release(ADDRESS, VERIFIED);
      const released = await ask(told);
      expect(released.body.equals(VERIFIED)).toBe(true);
      scene.verification.refuse(ADDRESS, MISMATCH);
      const refused = await ask(told);
      expect(refused.status).toBe(403);
      expect(refused.body.toString()).toContain('WP-HASH-MISMATCH');
      expect(scene.gateway.otherTraffic()).toEqual([]);
    });

    test('a part of it cannot be had either', async () => {
      scene.verification.refuse(ADDRESS);
      expect((await ask({ body: zip }, { headers: { range: 'bytes=2-' } })).status).toBe(403);
      const unasked = await ask({ status: 206, body: ['st'] });
      expect([unasked.status, unasked.body.toString()]).toEqual([
        403,
        expect.stringContaining('WP-BYPASS-TRAFFIC'),
      ]);
    });

    test('a zip behind many bytes never arrives whole, and is a file from then on', async () => {
      const filler = Buffer.alloc(TAIL_BYTES, 'x');
      const told = { body: [filler, filler, filler, EMPTY_ZIP] };
      scene.upstream.told.set(ADDRESS, told);
      const line = 'GET /download?id=1 HTTP/1.1\r\nHost: web.example\r\n\r\n';
      const text = await speak(scene.gateway, 'web.example:443', line);
      expect(text).toMatch(/error:ECONNRESET$/u);
      expect(text).not.toContain('PK');
      scene.verification.refuse(ADDRESS);
      expect((await ask(told, { headers: { range: 'bytes=1000-' } })).status).toBe(403);
      expect(scene.upstream.asks).toHaveLength(1);
    });

    test('in answer to a POST it is refused', async () => {
      const got = await ask({ body: zip }, { method: 'POST', body: 'x' });
      expect([got.status, got.body.toString()]).toEqual([
        403,
        expect.stringContaining('WP-BYPASS-TRAFFIC'),
      ]);
      expect(wasAsked('file')).toBe(false);
    });

    test('by HEAD it is answered as the file', async () => {
      scene.verification.release(ADDRESS, VERIFIED);
      const headers = { 'content-disposition': 'attachment; filename="demo-1.0-py3-none-any.whl"' };
      const got = await ask({ headers }, { method: 'HEAD' });
      expect(got.headers['content-length']).toBe(String(VERIFIED.length));
    });

    test('hidden in an encoding it is refused', async () => {
      const got = await ask({ headers: { 'content-encoding': 'br' }, body: ['?'] });
      expect([got.status, got.body.toString()]).toEqual([
        403,
        expect.stringContaining('encoding br'),
      ]);
    });
  });

  describe('what is an index page is judged as one', () => {
    test.each<[string, Told]>([
      [
        'by its type',
        { headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' }, body: ['{}'] },
      ],
      [
        'by its links',
        {
          headers: { 'content-type': 'text/html; charset=utf-8' },
          body: ['<a href="../demo-1.0&#46;whl#x">d</a>'],
        },
      ],
      [
        'whatever kind of success it says',
        {
          status: 203,
          headers: { 'content-type': 'text/html' },
          body: ['<a href="demo-1.0.whl">d</a>'],
        },
      ],
      [
        'by its type, under 201',
        {
          status: 201,
          headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' },
          body: ['{}'],
        },
      ],
    ])('%s', async (_, told) => {
      expect((await ask(told)).status).toBe(404);
      expect(scene.verification.asks).toEqual([
        { what: 'page', ask: { url: ADDRESS, credentials: {} } },
      ]);
      expect(scene.gateway.otherTraffic()).toEqual([]);
    });
  });

  describe('what goes wrong outside', () => {
    test('is a 403 that says so', async () => {
      const answer = await request('https://nowhere.example/', { dispatcher: scene.client });
      expect(answer.statusCode).toBe(403);
      expect(await answer.body.json()).toMatchObject({
        code: 'WP-UPSTREAM-UNREACHABLE',
        class: 'E-UPSTREAM',
      });
    });

    test.each(['file:///etc/passwd', 'ftp://a.test/', 'data:,x', 'http://['])(
      'a redirect to %s is refused',
      async (location) => {
        const got = await ask({ status: 302, headers: { location } });
        expect([got.status, got.body.toString()]).toEqual([
          403,
          expect.stringContaining('WP-SCHEME'),
        ]);
      },
    );

    test('a header that cannot be passed on blocks', async () => {
      const got = await ask({ headers: { 'x-own': 'a\nb' }, body: ['x'] });
      expect([got.status, got.body.toString()]).toEqual([
        403,
        expect.stringContaining('WP-INTERNAL'),
      ]);
    });

    test('a client that goes away ends what was asked for it', async () => {
      const chunks = Array.from({ length: 400 }, () => Buffer.alloc(100_000));
      scene.upstream.told.set(ADDRESS, { body: chunks });
      const socket = await tunnel(scene.gateway, 'web.example:443');
      socket.write('GET /download?id=1 HTTP/1.1\r\nHost: web.example\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
      await vi.waitFor(() => expect(scene.upstream.asks[0]?.signal?.aborted).toBe(true));
    });
  });
});
