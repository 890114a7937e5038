// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reason } from '../core/errors.ts';
import type { KeptWheel, TreeLook } from '../core/kept-wheel.ts';
import { MAX_KEPT_WHEELS } from '../core/limits.ts';
import type { Receipt } from '../core/verification.ts';
import { contentsOf } from '../host/index.ts';
import type { UnpackedWheel } from '../storage/index.ts';
import type { Judged } from '../verify/index.ts';
import { isInstalled, joined, newlyKept } from './newly-kept.ts';

let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'wheelproof-newly-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

const SHA256 = 'a'.repeat(64);
const FILENAME = 'good-1.0-py3-none-any.whl';
const URL = `https://files.test/${FILENAME}`;
const TREE = 'archive-v0/y7aITfBm6CmyIGza';
const SCRIPT = 'good-1.0.data/scripts/good';
const bytes = '#!python\nprint("good")\n';
const MEMBERS = [
  { path: 'good/__init__.py', size: 4, sha256: 'b'.repeat(64) },
  { path: SCRIPT, size: bytes.length, sha256: hash('sha256', bytes, 'hex') },
];
const COMPARISON: Judged['comparison'] = {
  foreign: [],
  omitted: [],
  altered: [],
  missing: [],
  finished: true,
  listed: true,
};

function put(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function judged(changes: Partial<Judged> = {}): Judged {
  const distInfo = join(cache, 'site', 'good-1.0.dist-info');
  put(join(distInfo, 'RECORD'), '');
  put(join(cache, TREE, SCRIPT), bytes);
  const identity = { name: 'good', version: '1.0' };
  return {
    found: { ...identity, distInfo, fingerprint: '', directUrl: null, installer: 'uv' },
    distribution: { ...identity, source: 'index', receipt: SHA256 },
    wheel: {
      distInfo: '',
      members: MEMBERS,
      commands: new Set(),
      read: async () => new Uint8Array(),
    },
    record: [],
    cached: null,
    reason: null,
    comparison: COMPARISON,
    refusals: [],
    notes: [],
    unfinished: null,
    ...changes,
  };
}

const receipt = (changes: Partial<Receipt> = {}, url = URL): Receipt => ({
  artifact: {
    index: 'https://index.test/simple/',
    project: 'good',
    version: '1.0',
    filename: FILENAME,
    kind: 'wheel',
    url,
    listed: null,
  },
  sha256: SHA256,
  size: 1,
  decision: { verdict: 'vouched', reasons: [], findings: [], notes: [] },
  at: 0,
  asked: true,
  ...changes,
});

const LOOK: TreeLook = {
  stamp: 'c'.repeat(64),
  contents: contentsOf(MEMBERS),
  changedAt: 0,
  entries: 2,
};
const unpacked = (
  look: Partial<TreeLook> | null = {},
  text = `y7aITfBm6CmyIGza ${SHA256} ${FILENAME} ${URL}`,
): UnpackedWheel => ({
  project: 'good',
  pointer: 'wheels-v8/pypi/good/1.0-py3-none-any.http',
  text,
  tree: TREE,
  look: Promise.resolve(look === null ? null : { ...LOOK, ...look }),
});

const kept = async (
  found = unpacked(),
  one = judged(),
  receipts: readonly Receipt[] = [receipt()],
) => (await newlyKept([found], [one], { cache, receipts })).map(({ filename }) => filename);

describe('what is kept of a run', () => {
  test('is what was unpacked, installed, and found to be what the wheel holds', async () => {
    expect(await kept()).toEqual([FILENAME]);
  });

  const refusal = reason('WP-INSTALLED-BYTES', 'altered');
  const local = { name: 'good', version: '1.0', source: 'built', receipt: SHA256 } as const;
  test.each<readonly [string, Partial<Judged>]>([
    ['objected to', { refusals: [refusal] }],
    ['unfinished', { unfinished: ['x'] }],
    ['of no known wheel', { wheel: null }],
    ['built here', { distribution: local }],
    ['altered', { comparison: { ...COMPARISON, altered: [{ path: 'x', sha256: null }] } }],
    ['not whole', { comparison: { ...COMPARISON, missing: ['x'] } }],
    ['with more in its RECORD', { comparison: { ...COMPARISON, foreign: ['x'] } }],
    ['with less in its RECORD', { comparison: { ...COMPARISON, omitted: ['x'] } }],
    ['without a RECORD', { comparison: { ...COMPARISON, listed: false } }],
  ])('is nothing that was %s', async (_name, changes) => {
    expect(await kept(unpacked(), judged(changes))).toEqual([]);
  });

  test.each<readonly [string, UnpackedWheel]>([
    ['cannot be looked at', unpacked(null)],
    ['holds other files', unpacked({ contents: contentsOf(MEMBERS.slice(1)) })],
    ['was changed after the copy was made', unpacked({ changedAt: Number.MAX_SAFE_INTEGER })],
    ['is of another file', unpacked({}, `${'b'.repeat(64)} ${FILENAME} ${URL}`)],
    ['is of another name', unpacked({}, `${SHA256} other.whl https://files.test/other.whl`)],
    ['is from another address', unpacked({}, `${SHA256} ${FILENAME} https://other.test/`)],
  ])('is no tree that %s', async (_name, found) => expect(await kept(found)).toEqual([]));

  test('is no tree whose script is another one, though the copy was made right', async () => {
    const one = judged();
    const path = join(cache, TREE, SCRIPT);
    const { atime, mtime } = statSync(path);
    put(path, bytes.replace('good', 'evil'));
    utimesSync(path, atime, mtime);
    expect(await kept(unpacked(), one)).toEqual([]);
  });

  test.each<readonly [string, readonly Receipt[]]>([
    ['without a receipt', []],
    ['that was only left out', [receipt({ asked: false })]],
    ['that was refused', [receipt({ decision: { ...receipt().decision, verdict: 'refused' } })]],
    ['that two addresses have', [receipt(), receipt({}, 'https://other.test/')]],
  ])('is no file %s', async (_name, receipts) => {
    expect(await kept(unpacked(), judged(), receipts)).toEqual([]);
  });
});

const WHEEL: KeptWheel = {
  index: '',
  project: 'good',
  filename: FILENAME,
  url: URL,
  sha256: SHA256,
  pointer: 'one',
  pointerSha256: '',
  tree: TREE,
  stamp: '',
  entries: 1,
  folder: '',
};

test('of one place the newest is kept, and of one project so many', () => {
  const old = { ...WHEEL, folder: 'old' };
  const others = Array.from({ length: MAX_KEPT_WHEELS }, (_, at) => ({
    ...WHEEL,
    pointer: `${at}`,
  }));
  expect(joined(WHEEL, [old])).toEqual({ kept: [WHEEL], replaced: [old] });
  const { kept: left, replaced } = joined(WHEEL, others);
  expect(left).toEqual([WHEEL, ...others.slice(0, -1)]);
  expect(replaced).toEqual(others.slice(-1));
});

test('a wheel is known among what was installed by its name and version', () => {
  const { found } = judged();
  expect(isInstalled(WHEEL, [found])).toBe(true);
  expect(isInstalled(WHEEL, [{ ...found, version: '1.1' }])).toBe(false);
  expect(isInstalled(WHEEL, [{ ...found, name: 'other' }])).toBe(false);
  expect(isInstalled(WHEEL, [])).toBe(false);
});
