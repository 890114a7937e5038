// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { DirectUrl } from '../core/host.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import { reconcile, type Grounds } from './installed.ts';
import {
  DIST_INFO,
  SITE,
  diskOf,
  found,
  installed,
  receipt,
  sha256,
  wheelOf,
} from './installed-scene.test-support.ts';

const GOOD = { 'good/__init__.py': 'GOOD', [`${DIST_INFO}/METADATA`]: 'Name: good' };
const EVIL = { ...GOOD, 'good/__init__.py': 'EVIL' };
const wheel = receipt('good-1.0-py3-none-any.whl');
const sdist = receipt('good-1.0.tar.gz');
const archive = (url: string): DirectUrl => ({ url, kind: 'archive', editable: false });

const grounds = (changes: Partial<Grounds>): Grounds => ({
  receipts: [],
  recallRelease: () => [],
  files: installed(GOOD),
  openWheel: async () => wheelOf(GOOD),
  ...changes,
});

const remembered: RememberedFile = {
  index: 'i',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  url: wheel.artifact.url,
  sha256: 'cached',
  size: 1,
  firstSeen: 0,
  lastSeen: 0,
  verdict: 'first-seen',
  policy: 'p',
};

describe('a newly installed distribution', () => {
  test.each([
    ['from a wheel', [wheel, sdist], null, 'index', wheel.sha256],
    ['built from an sdist', [sdist], null, 'built', sdist.sha256],
    ['from a direct URL', [wheel], archive(wheel.artifact.url), 'url', wheel.sha256],
    [
      'from version control',
      [],
      { url: 'https://git.test/x', kind: 'vcs', editable: false },
      'vcs',
      null,
    ],
    ['from a folder', [], { url: 'file:///src', kind: 'directory', editable: true }, 'local', null],
    ['from a local file', [], archive('file:///tmp/good-1.0-py3-none-any.whl'), 'local', null],
  ] as const)('%s', async (_, receipts, directUrl, source, sha) => {
    const { distribution, reason } = await reconcile(found(directUrl), grounds({ receipts }));
    expect(distribution).toMatchObject({ source, receipt: sha });
    expect(reason).toBeNull();
  });

  test('without a receipt went round the gate', async () => {
    const refused = receipt('good-1.0-py3-none-any.whl', {
      decision: { verdict: 'refused', reasons: [], findings: [], notes: [] },
    });
    const unasked = receipt('good-1.0-py3-none-any.whl', { asked: false });
    for (const receipts of [[], [refused], [unasked]]) {
      const { distribution, reason } = await reconcile(found(), grounds({ receipts }));
      expect(distribution.receipt).toBeNull();
      expect(reason?.code).toBe('WP-NO-RECEIPT');
    }
  });

  test('out of the private cache is covered by what an earlier run accepted', async () => {
    const recalled = grounds({ recallRelease: () => [remembered] });
    const { distribution, cached } = await reconcile(found(), recalled);
    expect(distribution).toMatchObject({ source: 'index', receipt: 'cached' });
    expect(cached).toBe(remembered);
  });
});

describe('the name and version of a receipt are not enough', () => {
  test.each([
    ['this run’s', { receipts: [wheel] }],
    ['an earlier run’s', { recallRelease: () => [remembered] }],
    // Whoever built it from the sdist did not need the wheel.
    ['this run’s, beside an sdist’s', { receipts: [wheel, sdist] }],
  ] as const)('other bytes under %s', async (_, changes) => {
    const one = await reconcile(found(), grounds({ ...changes, files: installed(EVIL) }));
    expect(one.distribution.receipt).toBeNull();
    expect(one.reason?.code).toBe('WP-NO-RECEIPT');
    expect(one.reason?.message).toContain('good/__init__.py');
  });

  test('nor does a word about a local folder help what was fetched from an index', async () => {
    const claim: DirectUrl = { url: 'file:///src', kind: 'directory', editable: false };
    const files = installed(EVIL);
    const one = await reconcile(found(claim), grounds({ receipts: [wheel], files }));
    expect(one.reason?.code).toBe('WP-NO-RECEIPT');
  });

  test('what cannot be compared any more is said so', async () => {
    const gone = grounds({ recallRelease: () => [remembered], openWheel: async () => null });
    const { reason } = await reconcile(found(), gone);
    expect(reason?.message).toContain('cannot be compared');
  });

  test('of several accepted files, the one that agrees is its receipt', async () => {
    const other = receipt('good-1.0-cp311-cp311-linux_x86_64.whl');
    const { distribution } = await reconcile(
      found(),
      grounds({
        receipts: [other, wheel],
        openWheel: async (_, name) => wheelOf(name === wheel.artifact.filename ? GOOD : EVIL),
      }),
    );
    expect(distribution.receipt).toBe(wheel.sha256);
  });
});

describe('a RECORD in the middle of being written', () => {
  const members = { 'good/__init__.py': 'GOOD', 'good/more.py': 'MORE' };
  const whole = [
    { path: `${DIST_INFO}/INSTALLER`, sha256: sha256('uv') },
    { path: 'good/__init__.py', sha256: sha256('GOOD') },
    { path: 'good/more.py', sha256: sha256('MORE') },
  ];
  const [installer, first, more] = whole;
  const cases = [
    ['nothing yet', []],
    ['whole lines', [installer, first]],
    ['half a path', [installer, { path: 'goo', sha256: null }]],
    ['half a hash', [installer, first, { path: more?.path, sha256: null }]],
  ] as const;
  const cut = (lines: readonly unknown[], disk = members): Grounds =>
    grounds({
      receipts: [wheel],
      openWheel: async () => wheelOf(members),
      files: { ...installed(disk), record: async () => JSON.parse(JSON.stringify(lines)) },
    });

  test.each(cases)('%s: half installed where the installer was cut off', async (_, lines) => {
    const one = await reconcile(found(), cut(lines), 'cut off');
    expect(one.reason).toBeNull();
    expect(one.comparison).toMatchObject({ finished: false, altered: [] });
  });

  test.each(cases)('%s: not its own where the installer ended by itself', async (_, lines) => {
    const one = await reconcile(found(), cut(lines));
    expect(one.reason?.code).toBe('WP-NO-RECEIPT');
  });

  test('does not hide other bytes, nor lines that no wheel has', async () => {
    const evil = { ...members, 'good/more.py': 'EVIL' };
    const altered = await reconcile(found(), cut([installer, first], evil), 'cut off');
    expect(altered.comparison.altered.map(({ path }) => path)).toEqual([`${SITE}/good/more.py`]);
    const line = { path: 'evil.pth', sha256: sha256('E') };
    const foreign = await reconcile(found(), cut([line, installer, first]), 'cut off');
    expect(foreign.reason?.code).toBe('WP-NO-RECEIPT');
  });
});

test('what was built here is held against its own RECORD', async () => {
  const files = diskOf(
    { [`${SITE}/good/__init__.py`]: 'changed since' },
    { 'good/__init__.py': 'a'.repeat(64), 'good/gone.py': 'b'.repeat(64) },
  );
  const { comparison } = await reconcile(found(), grounds({ receipts: [sdist], files }));
  expect(comparison.altered.map(({ path }) => path)).toEqual([`${SITE}/good/__init__.py`]);
  expect(comparison.missing).toEqual([`${SITE}/good/gone.py`]);
  expect(comparison.finished).toBe(false);
});
