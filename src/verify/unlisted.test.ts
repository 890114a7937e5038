// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { InstalledFiles, SiteListing } from '../core/host.ts';
import { reconcile } from './installed.ts';
import {
  SITE,
  diskOf,
  found,
  installed,
  receipt,
  wheelOf,
} from './installed-scene.test-support.ts';
import { isImportable, unlistedEntries, vanished, type UnlistedParts } from './unlisted.ts';

const GOOD = { 'good/__init__.py': 'X', 'good-1.0.data/data/etc/good.conf': 'C' };
const FILES = installed({ 'good/__init__.py': 'X' });
const site = (names: string[], kind: SiteListing['kind'] = 'environment'): SiteListing => ({
  site: SITE,
  kind,
  names,
});

async function unlisted(
  before: readonly SiteListing[],
  after: readonly SiteListing[],
  files: InstalledFiles = FILES,
  more: Partial<UnlistedParts> = {},
) {
  const receipts = [receipt('good-1.0-py3-none-any.whl')];
  const grounds = {
    receipts,
    recallRelease: () => [],
    files,
    openWheel: async () => wheelOf(GOOD, { unhashed: Object.keys(GOOD).slice(1) }),
  };
  const added = [await reconcile(found(), grounds)];
  return await unlistedEntries(before, after, { added, files, ...more });
}

test('what was there, what is listed and what everybody leaves is not new', async () => {
  const names = ['old.py', 'good', 'good-1.0.dist-info', '__pycache__', '.lock'];
  expect(await unlisted([site(['old.py'])], [site(names)])).toEqual([]);
});

test('what belongs to no distribution is', async () => {
  const names = ['good', 'evil.pth', '~ood', '~ood-1.0.dist-info'];
  const left = ['evil.pth', '~ood', '~ood-1.0.dist-info'].map((name) => `${SITE}/${name}`);
  expect(await unlisted([site([])], [site(names)])).toEqual(left);
});

test('what lies unlisted inside a listed folder is, too', async () => {
  const members = { 'good/__init__.py': 'X', 'good/sub/a.py': 'A' };
  const more = ['good/sub/a.so', 'good/sub/data.txt', 'good/evil/x.py', 'good/__pycache__/x.pyc'];
  const disk = [...Object.keys(members), ...more].map((path) => [`${SITE}/${path}`, '']);
  const whole = diskOf(Object.fromEntries(disk), null);
  const here = { ...installed(members), list: (folder: string) => whole.list(folder) };
  const left = [`${SITE}/good/sub/a.so`, `${SITE}/good/evil`];
  expect(await unlisted([site([])], [site(['good'])], here)).toEqual(left);
  expect(await unlisted([site(['good'])], [site(['good'])], here)).toEqual([]);
});

test('what came into a folder that was there before is found by the time that it came', async () => {
  const members = { 'good/__init__.py': 'X' };
  const names = ['__init__.py', 'old.py', 'theirs.py', 'new.py', 'late'];
  const changed = new Map([
    ['theirs.py', 2000],
    ['new.py', 2000],
    ['late', 2000],
  ]);
  const theirs = { ...found(), name: 'theirs', distInfo: `${SITE}/theirs-1.0.dist-info` };
  const own = installed(members);
  const files: InstalledFiles = {
    ...own,
    record: async (one) =>
      one === theirs ? [{ path: 'good/theirs.py', sha256: null }] : own.record(one),
    list: async (folder) =>
      (folder === `${SITE}/good` ? names : []).map((name) => ({ name, isFile: true })),
    stat: async (path) => {
      const changedAt = changed.get(path.slice(`${SITE}/good/`.length)) ?? 0;
      return { size: 1, modifiedAt: 0, changedAt };
    },
  };
  const here = [site(['good'])];
  const left = [`${SITE}/good/new.py`, `${SITE}/good/late`];
  expect(await unlisted(here, here, files, { since: 1000, others: [theirs] })).toEqual(left);
  expect(await unlisted(here, here, files, { since: 3000, others: [theirs] })).toEqual([]);
  expect(await unlisted(here, here, files)).toEqual([]);
});

test('a new environment brings its own start-up file, an old one does not', async () => {
  const after = [site(['_virtualenv.pth', '_virtualenv.py'])];
  expect(await unlisted([], after)).toEqual([]);
  expect(await unlisted([site([])], after)).toHaveLength(2);
});

test('a --target holds programs and data as well', async () => {
  const names = ['bin', 'include', 'etc', 'share'];
  expect(await unlisted([], [site(names, 'directory')])).toEqual([`${SITE}/share`]);
});

test('Python takes notice of modules, packages and .pth files', () => {
  const seen = ['a', 'a.py', 'a.pth', 'a.cpython-311-x86_64-linux-gnu.so'];
  const unseen = ['~a', 'a.txt', 'a-1.0.tmp', '.lock'];
  expect([...seen, ...unseen].filter((name) => isImportable(`/x/${name}`))).toEqual(seen);
});

test('what is gone, unless another version took its place', () => {
  const other = { ...found(), name: 'other', distInfo: `${SITE}/other-1.dist-info` };
  const newer = { ...found(), version: '2.0', distInfo: `${SITE}/good-2.0.dist-info` };
  expect(vanished([found(), other], [newer])).toEqual([other]);
});
