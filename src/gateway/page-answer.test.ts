// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { bareListing } from '../core/listed-file.ts';
import {
  fetchThrough,
  INDEX,
  MISMATCH,
  openScene,
  PROTOCOLS,
  problem,
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

  const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetchThrough(scene, url, { headers, method });

  describe('a page', () => {
    const url = `${INDEX}demo/`;
    const accept = 'application/vnd.pypi.simple.v1+json';

    test('is written anew in the form asked for', async () => {
      scene.verification.pages.set(url, judged());
      const json = await get(url, { accept });
      expect(json.headers['content-type']).toBe(accept);
      expect(json.headers['cache-control']).toBe('no-store');
      expect(json.headers['etag']).toBeUndefined();
      expect(problem(json)).toMatchObject({ files: [{ filename: 'good-1.0.tar.gz' }, {}] });
      const html = await get(url, { accept: 'text/html' });
      expect(html.headers['content-type']).toMatch(/^text\/html/u);
      expect(html.body.toString()).toContain('good-1.0.tar.gz');
    });

    test('never answers 304, and asks without conditions', async () => {
      scene.verification.pages.set(url, judged());
      expect((await get(url, { accept, 'if-none-match': '*' })).status).toBe(200);
      expect(scene.verification.asks).toEqual([{ what: 'page', ask: { url, credentials: {} } }]);
    });

    describe('for an installer that keeps it', () => {
      let caching: Scene;
      beforeEach(async () => {
        caching = await openScene({ cachesPages: true }, protocol);
        caching.verification.pages.set(url, judged());
      });
      afterEach(() => caching.close());

      const of = (headers: Record<string, string>) => fetchThrough(caching, url, { headers });

      test('is asked for again each time, and not sent twice', async () => {
        const first = await of({ accept });
        expect(first.headers['cache-control']).toBe('private, no-cache');
        const { etag = '' } = first.headers;
        expect(etag).toMatch(/^"json-[0-9a-f]{64}"$/u);
        const again = await of({ accept, 'if-none-match': String(etag) });
        expect(again.status).toBe(304);
        expect(again.headers['etag']).toBe(etag);
        expect(again.body).toHaveLength(0);
        expect(caching.verification.asks.at(-1)).toEqual({
          what: 'page',
          ask: { url, credentials: {}, held: String(etag).slice(1, -1) },
        });
      });

      test.each(['*', '"other"', 'other', '', '"a", "b"', 'W/"'])('is sent for %j', async (one) => {
        expect((await of({ accept, 'if-none-match': one })).status).toBe(200);
      });

      test('is sent in another form, and where it says something else', async () => {
        const { etag } = (await of({ accept })).headers;
        const condition = { 'if-none-match': String(etag) };
        expect((await of({ accept: 'text/html', ...condition })).status).toBe(200);
        const refusal = new Refusal('WP-PAGE-MALFORMED', { message: 'not readable' });
        caching.verification.pages.set(url, { outcome: 'blocked', refusal });
        const blocked = await of({ accept, ...condition });
        expect(blocked.status).toBe(200);
        expect(problem(blocked)).toMatchObject({ files: [] });
      });

      test('tells under which tag it went out, and needs not be written where that stands', async () => {
        const told: string[] = [];
        const page = judged();
        const written = (tag: string): void => void told.push(tag);
        const whole = page.outcome === 'judged' ? { ...page.judged, written } : null;
        if (whole === null) throw new Error('not judged');
        caching.verification.pages.set(url, { outcome: 'judged', judged: whole });
        const { etag } = (await of({ accept })).headers;
        expect(etag).toBe(`"${told[0]}"`);
        caching.verification.pages.set(url, { outcome: 'unchanged', tag: told[0] ?? '' });
        const again = await of({ accept, 'if-none-match': String(etag) });
        expect(again.status).toBe(304);
        expect(again.headers['etag']).toBe(etag);
      });
    });

    test('shows refused files at an address that answers the refusal', async () => {
      scene.verification.pages.set(url, judged());
      const page = await get(url, { accept });
      expect(problem(page)).toMatchObject({ files: [{}, { hashes: {} }] });
      const [shown = ''] =
        /https:\/\/wheelproof-refusals\.invalid\/refused\/[0-9a-f]{32}\/demo-[^"]+/u.exec(
          page.body.toString(),
        ) ?? [];
      const got = await get(shown);
      expect(got.status).toBe(403);
      expect(problem(got)).toMatchObject({ code: 'WP-HASH-MISMATCH', filename: WHEEL_NAME });
      expect((await get('https://wheelproof-refusals.invalid/refused/00/x')).status).toBe(404);
    });

    test('with a doubled slash is the same page', async () => {
      scene.verification.pages.set(url, judged());
      expect((await get(`${INDEX}/demo/`, { accept })).status).toBe(200);
    });

    test('that is blocked is empty', async () => {
      const refusal = new Refusal('WP-PAGE-MALFORMED', { message: 'not readable' });
      scene.verification.pages.set(url, { outcome: 'blocked', refusal });
      const got = await get(url, { accept });
      expect(got.status).toBe(200);
      expect(problem(got)).toMatchObject({ name: 'demo', files: [] });
      expect(scene.events).toContainEqual({
        event: 'refused',
        kind: 'page',
        url,
        reason: refusal.toReason(),
      });
    });

    test('that is not there, or not for everybody', async () => {
      expect((await get(url, { accept })).status).toBe(404);
      scene.verification.pages.set(url, {
        outcome: 'unauthorised',
        status: 401,
        challenge: 'Basic',
      });
      const got = await get(url, { accept });
      expect([got.status, got.headers['www-authenticate']]).toEqual([401, 'Basic']);
    });
  });

  function judged() {
    const file = (filename: string) => ({
      ...bareListing(filename, `https://files.index.example/${filename}`),
      hashes: { sha256: 'a'.repeat(64) },
    });
    const good = file('good-1.0.tar.gz');
    const page = {
      project: 'demo',
      apiVersion: '1.4',
      status: 'active' as const,
      statusReason: null,
      files: [good],
      refused: [],
      lastSerial: null,
    };
    const shown = [{ file: file(WHEEL_NAME), reason: MISMATCH }];
    return { outcome: 'judged' as const, judged: { page, offered: [good], shown } };
  }

  describe('a sidecar', () => {
    const url = `${WHEEL}.metadata`;

    test('is served, missing or refused', async () => {
      expect((await get(url)).status).toBe(404);
      scene.verification.sidecars.set(url, { outcome: 'served', bytes: Buffer.from('Name: demo') });
      expect((await get(url)).body.toString()).toBe('Name: demo');
      scene.verification.sidecars.set(url, { outcome: 'refused', reason: MISMATCH });
      const got = await get(url);
      expect(got.status).toBe(403);
      expect(problem(got)).toMatchObject({ project: 'demo', filename: WHEEL_NAME });
    });
  });
});
