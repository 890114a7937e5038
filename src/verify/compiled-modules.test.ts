// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { InstalledFiles } from '../core/host.ts';
import type { Compiles } from '../core/installer.ts';
import { judgeCompiled, sourceOf } from './compiled-modules.ts';
import { reconcile } from './installed.ts';
import { found, installed, receipt, SITE, wheelOf } from './installed-scene.test-support.ts';
import { unlistedEntries } from './unlisted.ts';

const SOURCE_AT = 1_700_000_000_500;
const SIZE = 4;

/** PEP 552: magic, flags, then a time and a size, or a hash. */
function header(flags: number, ...rest: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(16 + 8);
  for (const [at, value] of [0xa7_0d_0d_0a, flags, ...rest].entries())
    bytes.writeUInt32LE(value, at * 4);
  return bytes;
}

const LIVE = header(0, 1_700_000_000, SIZE);
const CHECKED = header(0b11, 1, 2);
const UNCHECKED = header(0b01, 1, 2);

function disk(compiled: Uint8Array | null, changedAt = 0): InstalledFiles {
  const members = { 'good/__init__.py': 'GOOD', 'good/a.py': 'GOOD' };
  const files = installed(members);
  const names: Readonly<Record<string, readonly string[]>> = {
    [`${SITE}/good`]: ['__init__.py', 'a.py', '__pycache__'],
    [`${SITE}/good/__pycache__`]: ['__init__.cpython-311.pyc', 'a.cpython-311.pyc', 'x.txt'],
  };
  return {
    ...files,
    list: async (folder) => (names[folder] ?? []).map((name) => ({ name, isFile: false })),
    head: async (_, bytes) => compiled?.subarray(0, bytes) ?? null,
    stat: async () => ({ size: SIZE, modifiedAt: SOURCE_AT, changedAt }),
  };
}

test.each([
  ['a.cpython-311.pyc', 'a.py'],
  ['a.cpython-311.opt-2.pyc', 'a.py'],
  ['a.pyc', null],
  ['a.cpython-311.pyo', null],
  ['.pyc', null],
])('%s stands for %s', (name, source) => {
  expect(sourceOf(name)).toBe(source);
});

test.each([
  ['of the time and size of its source', LIVE, 'live'],
  ['of another time', header(0, 1_700_000_001, SIZE), 'inert'],
  ['of another size', header(0, 1_700_000_000, SIZE + 1), 'inert'],
  ["with its source's hash", CHECKED, 'live'],
  ['that never looks at its source', UNCHECKED, 'unchecked'],
  ['of a kind that Python does not know', header(0b100, 1_700_000_000, SIZE), 'inert'],
  ['without a whole header', LIVE.subarray(0, 15), 'inert'],
  ['that is no file', null, 'inert'],
] as const)('a compiled module %s', async (_, compiled, expected) => {
  expect(await judgeCompiled('/x.pyc', '/x.py', disk(compiled))).toBe(expected);
});

async function strays(
  files: InstalledFiles,
  { isNew = true, compiles }: { isNew?: boolean; compiles?: Compiles } = {},
): Promise<readonly string[]> {
  const openWheel = async () => wheelOf({ 'good/__init__.py': 'GOOD', 'good/a.py': 'GOOD' });
  const receipts = [receipt('good-1.0-py3-none-any.whl')];
  const added = [await reconcile(found(), { receipts, recallRelease: () => [], files, openWheel })];
  const here = { site: SITE, kind: 'environment', names: ['good'] } as const;
  return await unlistedEntries([{ ...here, names: isNew ? [] : ['good'] }], [here], {
    added,
    files,
    since: 1000,
    ...(compiles === undefined ? {} : { compiles }),
  });
}

const LISTED = `${SITE}/good/__pycache__/__init__.cpython-311.pyc`;
const UNTOLD = `${SITE}/good/__pycache__/a.cpython-311.pyc`;

test.each<[string, Uint8Array, Compiles | undefined, readonly string[]]>([
  ['that nobody tells of', LIVE, undefined, [UNTOLD]],
  ['that nobody tells of, with its hash', CHECKED, undefined, [UNTOLD]],
  ['that uv was asked for', LIVE, 'with sources', []],
  ['that never looks at its source', UNCHECKED, undefined, [LISTED, UNTOLD]],
  ['that never looks, though it was to', UNCHECKED, 'with sources', [LISTED, UNTOLD]],
  ['that never looks, as was wanted', UNCHECKED, 'without sources', []],
  ['that Python makes anew', header(0, 1, SIZE), undefined, []],
])('a compiled module %s', async (_, compiled, compiles, expected) => {
  const more = compiles === undefined ? {} : { compiles };
  expect(await strays(disk(compiled), more)).toEqual(expected);
});

test('in a folder that was there before, only what came in this run', async () => {
  expect(await strays(disk(LIVE, 999), { isNew: false })).toEqual([]);
  expect(await strays(disk(LIVE, 1000), { isNew: false })).toEqual([UNTOLD]);
});
