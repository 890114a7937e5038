// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PageAsk } from '../core/evidence.ts';
import { PAGE_DEADLINE_MS } from '../core/limits.ts';
import type { UpstreamAnswer, UpstreamAsk } from '../core/upstream.ts';
import { openPageReader, projectOf } from './page-reader.ts';

const HASH = 'a'.repeat(64);
const URL_ASKED = 'https://index.test/simple/good/';
const page = (name: string, filename = `${name}-1.0.tar.gz`) =>
  JSON.stringify({
    meta: { 'api-version': '1.1' },
    name,
    files: [{ filename, url: `/files/${filename}`, hashes: { sha256: HASH } }],
  });

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly body?: Uint8Array | string;
  readonly inside?: true;
}

function reader(answer: Answer, known = true) {
  const asks: UpstreamAsk[] = [];
  const upstream = {
    async request(ask: UpstreamAsk): Promise<UpstreamAnswer> {
      asks.push(ask);
      async function* body() {
        yield Buffer.from(answer.body ?? page('good'));
      }
      return {
        status: answer.status ?? 200,
        headers: { 'content-type': 'application/vnd.pypi.simple.v1+json', ...answer.headers },
        url: answer.url ?? ask.url,
        body: body(),
        ...(answer.inside === true ? { inside: true } : {}),
      };
    },
    close: async () => {},
  };
  const read = (more: Partial<PageAsk> = {}) =>
    openPageReader(upstream, { isKnownIndex: () => known, allowPlainHttp: () => false }).read({
      url: URL_ASKED,
      credentials: { authorization: 'x' },
      ...more,
    });
  return { asks, read };
}

describe('a page', () => {
  test('is asked for with the credentials given, JSON first', async () => {
    const { asks, read } = reader({});
    expect(await read()).toMatchObject({ outcome: 'page', page: { project: 'good' } });
    expect(asks[0]?.headers['authorization']).toBe('x');
    expect(asks[0]?.headers['accept']).toMatch(/^application\/vnd\.pypi\.simple\.v1\+json,/u);
  });

  test('stays unread where its bytes are known, until somebody wants it', async () => {
    const body = gzipSync(page('good'));
    const headers = { 'content-encoding': 'gzip' };
    const shown: unknown[] = [];
    const isKnown = async (...came: unknown[]): Promise<boolean> => shown.push(came) > 0;
    const { read } = reader({ body, headers, inside: true });
    const unread = await read({ isKnown });
    if (unread.outcome !== 'unread') throw new Error(`it is ${unread.outcome}`);
    const raw = { body, gzip: true, contentType: 'application/vnd.pypi.simple.v1+json' };
    expect(shown).toStrictEqual([[raw, URL_ASKED]]);
    expect(unread).toMatchObject({ raw, url: URL_ASKED, inside: true });
    expect(await unread.read()).toStrictEqual(await read());
    expect(await read({ isKnown: async () => false })).toStrictEqual(await read());
  });

  test('that cannot be read is found out when it is', async () => {
    const { read } = reader({ body: 'no page' });
    const unread = await read({ isKnown: async () => true });
    if (unread.outcome !== 'unread') throw new Error(`it is ${unread.outcome}`);
    await expect(unread.read()).rejects.toMatchObject({ code: 'WP-PAGE-MALFORMED' });
  });

  test('has a deadline, and says whether it came from inside', async () => {
    const { asks, read } = reader({});
    expect(await read()).not.toHaveProperty('inside');
    expect(asks[0]?.withinMs).toBe(PAGE_DEADLINE_MS);
    expect(await reader({ inside: true }).read()).toMatchObject({ inside: true });
  });

  test.each([
    [404, 'not-found'],
    [410, 'not-found'],
    [401, 'unauthorised'],
    [403, 'unauthorised'],
  ] as const)('answered with %i is %s', async (status, outcome) => {
    expect(await reader({ status }).read()).toMatchObject({ outcome, status });
  });

  test('answered with an error is no absence', async () => {
    await expect(reader({ status: 500 }).read()).rejects.toMatchObject({
      code: 'WP-UPSTREAM-STATUS',
    });
  });

  test('may move to another spelling of its name, not to another project', async () => {
    const moved = reader({ url: 'https://index.test/simple/GOOD/' });
    expect(await moved.read()).toMatchObject({ outcome: 'page' });
    const foreign = reader({ url: 'https://index.test/simple/evil/', body: page('evil') });
    await expect(foreign.read()).rejects.toMatchObject({ code: 'WP-PAGE-PROJECT' });
  });

  test('of another project by its own word is refused', async () => {
    await expect(reader({ body: page('evil') }).read()).rejects.toMatchObject({
      code: 'WP-PAGE-PROJECT',
    });
  });

  test('may be compressed, within bounds', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    const whole = reader({ headers: gzip, body: gzipSync(page('good')) });
    expect(await whole.read()).toMatchObject({ outcome: 'page' });
    const bomb = reader({ headers: gzip, body: gzipSync(Buffer.alloc(65 * 1024 * 1024)) });
    await expect(bomb.read()).rejects.toMatchObject({ code: 'WP-LIMIT-SIZE' });
    const broken = reader({ headers: gzip, body: 'not gzip' });
    await expect(broken.read()).rejects.toMatchObject({ code: 'WP-PAGE-MALFORMED' });
    const other = reader({ headers: { 'content-encoding': 'br' } });
    await expect(other.read()).rejects.toMatchObject({ code: 'WP-PAGE-MALFORMED' });
  });

  test('of links to other projects is flat, but never under a configured index', async () => {
    const html = `<a href="/files/other-1.0.tar.gz#sha256=${HASH}">other-1.0.tar.gz</a>`;
    const headers = { 'content-type': 'text/html' };
    expect(await reader({ headers, body: html }, false).read()).toMatchObject({
      page: { project: null, files: [{ filename: 'other-1.0.tar.gz' }] },
    });
    expect(await reader({ headers, body: html }, true).read()).toMatchObject({
      page: { project: 'good', files: [], refused: [{ code: 'WP-FOREIGN-NAME' }] },
    });
  });
});

test.each([
  ['https://index.test/simple/Good_Name/', 'good-name'],
  ['https://index.test/simple/good', 'good'],
  ['https://index.test/simple/%E2%80%A6/', null],
  ['https://index.test/simple/%zz/', null],
  ['https://index.test/', null],
])('the project that %s asks for', (url, project) => {
  expect(projectOf(url)).toBe(project);
});
