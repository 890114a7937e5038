// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Intent } from '../core/installer.ts';
import { AHEAD_LARGE_FILES, AHEAD_PAGES_AT_ONCE } from '../core/limits.ts';
import { placesOf } from '../host/index.ts';
import { foresightOf } from './foresight.ts';

let data = '';
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'wheelproof-foresight-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const INTENT: Intent = {
  fetches: true,
  wishes: [{ project: 'good', specifier: '', where: 'command line' }],
  pins: [],
  indexes: ['https://index.example/simple/'],
  caFiles: [],
  proxy: null,
  targets: [],
  notes: [],
  refusals: [],
};
const repeatOf = async (intent: Intent) => (await foresightOf(intent, placesOf({}, data))).repeat;

test('pages are read again for the same request alone, and for none that asks no index', async () => {
  const asked = { agent: 'uv', urls: ['https://index.example/simple/good/'] };
  await (await repeatOf(INTENT))?.keep(asked);
  expect((await repeatOf(INTENT))?.former).toEqual(asked);
  expect((await repeatOf({ ...INTENT, indexes: ['https://other.example/'] }))?.former).toBeNull();
  expect(await repeatOf({ ...INTENT, wishes: [] })).toBeUndefined();
  expect(await repeatOf({ ...INTENT, asksNoIndex: true })).toBeUndefined();
});

test('what it will ask for is foreseen where nothing is known of the same request', async () => {
  const resolution = { files: true, dependencies: true, python: '3.12' };
  const intent: Intent = { ...INTENT, ownPlatform: true, resolution };
  const aheadOf = async (one: Intent) => (await foresightOf(one, placesOf({}, data))).ahead;
  expect(await aheadOf(intent)).toMatchObject({
    indexes: INTENT.indexes,
    dependencies: true,
    files: true,
    fileBytes: AHEAD_LARGE_FILES,
    soleIndex: true,
    pagesAtOnce: AHEAD_PAGES_AT_ONCE,
    ownPlatform: true,
  });
  expect(await aheadOf(INTENT)).toBeUndefined();
  expect(await aheadOf({ ...intent, wishes: [] })).toBeUndefined();
  expect(await aheadOf({ ...intent, asksNoIndex: true })).toBeUndefined();
  await (await repeatOf(intent))?.keep({ agent: 'uv', urls: [] });
  expect(await aheadOf(intent)).toBeUndefined();
});

test('a page is one of the indexes only below an index', async () => {
  const plan = await repeatOf({ ...INTENT, indexes: ['https://index.example/simple'] });
  expect(plan?.isOfIndex('https://index.example/simple/good/')).toBe(true);
  expect(plan?.isOfIndex('https://index.example/simple-evil/good/')).toBe(false);
  expect(plan?.isOfIndex('https://index.example.evil.test/simple/good/')).toBe(false);
});
