// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { IndexPage, ListedFile } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import type { PageReading, RawPage } from '../core/evidence.ts';
import type { PageCopies, PageCopy, PageCopyKey } from '../core/page-copy.ts';
import { ServerFailure } from '../evidence/server-failure.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { listed, PAGE } from './scene.test-support.ts';
import { StalePages } from './stale-pages.ts';

const HOUR = 3_600_000;
const bytes = Buffer.from('bytes');
const wheel = listed(bytes, {
  filename: 'good-1.0-py3-none-any.whl',
  url: 'https://index.test/files/good-1.0-py3-none-any.whl',
  coreMetadata: { sha256: 'a'.repeat(64) },
  yanked: 'it has a hole',
});
const page: IndexPage = {
  project: 'good',
  apiVersion: '1.1',
  status: 'active',
  statusReason: null,
  files: [wheel, listed(bytes, { filename: 'good-2.0.zip' })],
  refused: [],
  lastSerial: null,
};
const ASK = { url: PAGE, credentials: {} };
/** As it came. */
const rawOf = (...files: readonly ListedFile[]): RawPage => {
  const entries = files.map((file) => ({
    filename: file.filename,
    url: file.url,
    hashes: file.hashes,
    yanked: file.yanked,
    'core-metadata': file.coreMetadata,
  }));
  const body = JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'good', files: entries });
  const contentType = 'application/vnd.pypi.simple.v1+json';
  return { body: Buffer.from(body), gzip: false, contentType };
};
const FRESH = { outcome: 'page', page, url: PAGE, raw: rawOf(wheel) } as const;
const down = new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'index.test:443 is down' });

function memoryCopies(): PageCopies {
  const kept = new Map<string, PageCopy>();
  const place = ({ index, project, audience }: PageCopyKey): string => index + project + audience;
  return {
    keep: async (copy) => void kept.set(place(copy), copy),
    recall: async (key) => kept.get(place(key)) ?? null,
    drop: async (key) => void kept.delete(place(key)),
    forget: async () => 0,
    close: async () => undefined,
  };
}

async function open(policy: Partial<Policy> = {}) {
  let now = 1_700_000_000_000;
  let asked = 0;
  let answer: PageReading | Refusal = FRESH;
  const stale = new StalePages({
    copies: memoryCopies(),
    policy: { ...DEFAULT_POLICY, ...policy },
    clock: { now: () => now },
    latest: () => now,
  });
  const reader = stale.over({
    async read() {
      asked += 1;
      if (answer instanceof Refusal) throw answer;
      return answer;
    },
  });
  const scene = {
    read: async (within?: string) =>
      await reader.read({ ...ASK, ...(within === undefined ? {} : { within }) }),
    readAs: async (authorization: string) =>
      await reader.read({ ...ASK, credentials: { authorization } }),
    answer: (next: PageReading | Refusal) => void (answer = next),
    pass: (ms: number) => void (now += ms),
    asked: () => asked,
    stale,
  };
  const first = await scene.read();
  if (first.outcome !== 'page') throw new Error('no page');
  stale.keep(ASK, first, first.page.project);
  await stale.close();
  return scene;
}

describe('a page whose index is down', () => {
  test('is what the index offered last, with its age', async () => {
    const scene = await open();
    scene.answer(down);
    scene.pass(23 * HOUR);
    const reading = await scene.read();
    if (reading.outcome !== 'page') throw new Error('no page');
    expect(reading.keptAt).toBe(1_700_000_000_000);
    expect(reading.page.files).toStrictEqual([{ ...wheel, coreMetadata: {} }]);
    expect(reading.page.refused).toStrictEqual([]);
    scene.stale.handedOut(PAGE, reading);
    scene.stale.handedOut(PAGE, reading);
    expect(scene.stale.notes()).toStrictEqual([
      'https://index.test/simple/ is down: what it lists of good is 23h old (at most 1d, stale-if-error)',
    ]);
    const projects = ['a', 'b', 'c', 'd', 'e'];
    for (const project of projects) {
      const other = { ...reading, keptAt: 1_700_000_000_000 - HOUR, page: { ...page, project } };
      scene.stale.handedOut(PAGE.replace('good', project), other);
    }
    expect(scene.stale.notes()).toStrictEqual([
      'https://index.test/simple/ is down: what it lists of good, a, b, c, d and 1 more is up to 24h old (at most 1d, stale-if-error)',
    ]);
  });

  test('is for those that it was shown to', async () => {
    const scene = await open();
    const first = await scene.readAs('Basic YW5h');
    if (first.outcome !== 'page') throw new Error('no page');
    const ask = { url: PAGE, credentials: { authorization: 'Basic YW5h' } };
    scene.stale.keep(ask, { ...first, raw: rawOf() }, first.page.project);
    await scene.stale.close();
    scene.answer(down);
    expect(await scene.readAs('Basic YW5h')).toMatchObject({ page: { files: [] } });
    expect(await scene.read()).toMatchObject({ page: { files: [{ filename: wheel.filename }] } });
    await expect(scene.readAs('Basic Ym9i')).rejects.toBe(down);
  });

  test('is asked for once, and then not for a while', async () => {
    const scene = await open();
    scene.answer(down);
    await scene.read();
    await scene.read();
    expect(scene.asked()).toBe(2);
  });

  test.each([
    [
      'a server that fails',
      new Refusal('WP-UPSTREAM-STATUS', { message: '503', cause: new ServerFailure(503) }),
    ],
    ['time that ran out', new Refusal('WP-LIMIT-TIME', { message: 'no end' })],
  ])('counts as down for %s', async (_, refusal) => {
    const scene = await open();
    scene.answer(refusal);
    expect(await scene.read()).toMatchObject({ outcome: 'page', keptAt: 1_700_000_000_000 });
  });

  test.each([
    new Refusal('WP-TLS', { message: 'somebody else' }),
    new Refusal('WP-SPKI-MISMATCH', { message: 'another key' }),
    new Refusal('WP-UPSTREAM-STATUS', { message: 'answered 302' }),
    new Refusal('WP-UPSTREAM-TRUNCATED', { message: 'cut' }),
    new Refusal('WP-PAGE-MALFORMED', { message: 'no page' }),
    new Refusal('WP-PAGE-PROJECT', { message: 'of another' }),
  ])('does not count as down for $code', async (refusal) => {
    const scene = await open();
    scene.answer(refusal);
    await expect(scene.read()).rejects.toBe(refusal);
  });

  test('is no answer to 401 and 403, and is gone after a 404', async () => {
    const scene = await open();
    const unauthorised = { outcome: 'unauthorised', status: 403, challenge: null } as const;
    scene.answer(unauthorised);
    expect(await scene.read()).toBe(unauthorised);
    scene.answer({ outcome: 'not-found', status: 404 });
    expect(await scene.read()).toMatchObject({ outcome: 'not-found' });
    scene.answer(down);
    await expect(scene.read()).rejects.toBe(down);
  });

  test('is refused once it is too old, or from the future', async () => {
    const scene = await open();
    scene.answer(down);
    scene.pass(25 * HOUR);
    await expect(scene.read()).rejects.toMatchObject({
      code: 'WP-PAGE-STALE',
      message: expect.stringContaining('is 25h old, expected at most 1d'),
    });
    scene.pass(-26 * HOUR);
    await expect(scene.read()).rejects.toMatchObject({ code: 'WP-PAGE-STALE' });
  });

  test('is never used under --strict, or where the policy says so', async () => {
    for (const policy of [{ strict: true }, { staleIfErrorMs: 0 }]) {
      const scene = await open(policy);
      scene.answer(down);
      await expect(scene.read()).rejects.toBe(down);
    }
  });

  test('stays inside the index that owns the name', async () => {
    const scene = await open();
    scene.answer(down);
    await expect(scene.read('https://owner.test/simple/')).rejects.toBe(down);
    expect(await scene.read('https://index.test/simple/')).toMatchObject({ outcome: 'page' });
  });

  test('is not kept as if it were of now', async () => {
    const scene = await open();
    scene.answer(down);
    scene.pass(20 * HOUR);
    const reading = await scene.read();
    if (reading.outcome !== 'page') throw new Error('no page');
    scene.stale.keep(ASK, { ...reading, raw: rawOf(wheel) }, reading.page.project);
    await scene.stale.close();
    scene.pass(5 * HOUR);
    await expect(scene.read()).rejects.toMatchObject({ code: 'WP-PAGE-STALE' });
  });
});
