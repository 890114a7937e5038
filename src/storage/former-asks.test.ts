// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FORMER_ASKS_LIMIT, MAX_REPEATED_PAGES } from '../core/limits.ts';
import { openFormerAsks } from './former-asks.ts';
import { openVerdictCache } from './verdict-cache.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wheelproof-asks-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const ASKED = { agent: 'uv/0.13.9 {}', urls: ['https://index.test/simple/good/'] };
const only = (): string => join(folder, readdirSync(folder)[0] ?? '');
/** As it is kept: sealed. */
const seal = async (text: string): Promise<void> =>
  await openVerdictCache(folder).keep(basename(only()), text);

describe('what a request asked for', () => {
  test('comes back for the same request, until another takes its place', async () => {
    const asks = openFormerAsks(folder);
    expect(await asks.recall('one')).toBeNull();
    await asks.keep('one', ASKED);
    expect(await openFormerAsks(folder).recall('one')).toStrictEqual(ASKED);
    expect(await asks.recall('other')).toBeNull();
    await asks.keep('one', { ...ASKED, urls: [] });
    expect(await asks.recall('one')).toStrictEqual({ ...ASKED, urls: [] });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no agent', '{"urls":[]}'],
    ['no addresses', '{"agent":"uv","urls":"https://index.test/"}'],
    ['too much', JSON.stringify({ agent: 'x'.repeat(2 ** 20), urls: [] })],
  ])('counts as never kept where it is %s', async (_, text) => {
    const asks = openFormerAsks(folder);
    await asks.keep('one', ASKED);
    await seal(text);
    if (text.length > 2 ** 16) writeFileSync(only(), text);
    expect(await asks.recall('one')).toBeNull();
    writeFileSync(only(), text);
    expect(await asks.recall('one')).toBeNull();
  });

  test('is read without what is no address, and no more than is ever kept', async () => {
    const asks = openFormerAsks(folder);
    const urls = Array.from({ length: MAX_REPEATED_PAGES + 1 }, (_, at) => `https://x.test/${at}/`);
    await asks.keep('one', ASKED);
    await seal(JSON.stringify({ agent: 'uv', urls: [7, null, ...urls] }));
    const { urls: found = [] } = (await asks.recall('one')) ?? {};
    expect(found).toStrictEqual(urls.slice(0, MAX_REPEATED_PAGES));
  });

  test('fails nobody where it cannot be read or written', async () => {
    const asks = openFormerAsks(folder);
    await asks.keep('one', ASKED);
    const path = only();
    rmSync(path);
    mkdirSync(path);
    expect(await asks.recall('one')).toBeNull();
    await expect(asks.keep('one', ASKED)).resolves.toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('makes room: the oldest goes', async () => {
    const asks = openFormerAsks(folder);
    await asks.keep('first', ASKED);
    utimesSync(only(), 1, 1);
    for (let at = 0; at < FORMER_ASKS_LIMIT; at += 1) {
      writeFileSync(join(folder, String(at).padStart(64, '0')), '{}');
    }
    await asks.keep('last', ASKED);
    expect(await asks.recall('last')).toStrictEqual(ASKED);
    expect(await asks.recall('first')).toBeNull();
    expect(readdirSync(folder).length).toBeLessThanOrEqual(FORMER_ASKS_LIMIT);
  });
});
