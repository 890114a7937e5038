// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeptWheel, TreeLook } from '../core/kept-wheel.ts';
import { openKeptTrees } from './kept-trees.ts';

let root = '';
let cache = '';
let other = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wheelproof-trees-'));
  [cache, other] = [join(root, 'one'), join(root, 'two')];
  mkdirSync(cache);
  mkdirSync(other);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const TREE = 'archive-v0/y7aITfBm6CmyIGza';
const POINTER = 'wheels-v8/index/5f76cf257ba9d21f/good/1.0-py3-none-any.http';
const UNPACKED = {
  index: 'https://index.test/simple/',
  project: 'good',
  filename: 'good-1.0-py3-none-any.whl',
  url: 'https://files.test/good-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  pointer: POINTER,
  tree: TREE,
  stamp: 'c'.repeat(64),
  entries: 2,
};

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** As an installer leaves it. */
function unpack(id = 'y7aITfBm6CmyIGza'): void {
  put(join(cache, `archive-v0/${id}/good/__init__.py`), 'good');
  put(join(cache, POINTER), `..${id}..`);
}

/** The stamp is what the tree's one module says. */
const stamps: Record<string, string> = { good: 'c'.repeat(64) };
const looks = {
  look: async (path: string): Promise<TreeLook | null> => {
    const module = join(path, 'good/__init__.py');
    if (!existsSync(module)) return null;
    const stamp = stamps[readFileSync(module, 'utf8')] ?? 'd'.repeat(64);
    return { stamp, contents: '', changedAt: 0, entries: 2 };
  },
  close: async () => {},
};
const open = () => openKeptTrees(join(root, 'kept'), looks);

function keptOne(): KeptWheel {
  unpack();
  const kept = open().putAway(UNPACKED, cache);
  if (kept === null) throw new Error('it was not kept');
  return kept;
}

describe('an unpacked wheel', () => {
  test('is put away whole, and lies ready where it lay', async () => {
    const kept = keptOne();
    expect(readdirSync(join(cache, 'archive-v0'))).toEqual([]);
    expect(await open().bringIn(kept, other)).toBe('ready');
    expect(readFileSync(join(other, POINTER), 'utf8')).toBe('..y7aITfBm6CmyIGza..');
    expect(readdirSync(dirname(join(other, POINTER)))).toHaveLength(1);
    expect(readFileSync(join(other, TREE, 'good/__init__.py'), 'utf8')).toBe('good');
    expect(open().takeBack(kept, other)).toBe(true);
    expect(open().takeBack(kept, other)).toBe(false);
    expect(await open().bringIn(kept, other)).not.toBe('changed');
  });

  test('is with one run at a time', async () => {
    const kept = keptOne();
    expect(await open().bringIn(kept, other)).toBe('ready');
    expect(await open().bringIn(kept, cache)).toBe('absent');
    expect(existsSync(join(cache, 'archive-v0', 'y7aITfBm6CmyIGza'))).toBe(false);
  });

  const placeOf = ({ folder }: KeptWheel, name: string) => join(root, 'kept', folder, name);
  const CHANGES: readonly (readonly [string, (kept: KeptWheel) => void])[] = [
    ['bytes', (kept) => writeFileSync(placeOf(kept, 'tree/good/__init__.py'), 'evil')],
    ['nothing in it', (kept) => rmSync(placeOf(kept, 'tree/good'), { recursive: true })],
    ['another pointer', (kept) => writeFileSync(placeOf(kept, 'pointer'), '..another..')],
  ];

  test.each(CHANGES)('is not used with %s', async (_name, change) => {
    const kept = keptOne();
    change(kept);
    expect(await open().bringIn(kept, other)).toBe('changed');
    expect(readdirSync(other)).toEqual([]);
    await open().remove(kept);
    expect(await open().bringIn(kept, other)).toBe('absent');
  });

  test('has a pointer that is a file and no link', async () => {
    const kept = keptOne();
    renameSync(placeOf(kept, 'pointer'), placeOf(kept, 'real'));
    symlinkSync('real', placeOf(kept, 'pointer'));
    expect(await open().bringIn(kept, other)).toBe('absent');
    expect(readdirSync(other)).toEqual([]);
  });

  test('has a pointer that is a file and no pipe, for which nobody waits', async () => {
    const kept = keptOne();
    rmSync(placeOf(kept, 'pointer'));
    spawnSync('mkfifo', [placeOf(kept, 'pointer')]);
    // Nobody writes to it: to open it as a file is opened would never end.
    expect(await open().bringIn(kept, other)).toBe('absent');
  });

  test('does not take the place of what the installer has meanwhile unpacked itself', async () => {
    const kept = keptOne();
    put(join(other, TREE, 'good/__init__.py'), 'own');
    expect(await open().bringIn(kept, other)).toBe('absent');
    expect(readFileSync(join(other, TREE, 'good/__init__.py'), 'utf8')).toBe('own');
  });

  test.each([
    { pointer: 'wheels-v8/url/5f76cf257ba9d21f/good/1.0-py3-none-any.http' },
    { tree: '../archive-v0/y7aITfBm6CmyIGza' },
    { filename: 'good-1.0.tar.gz' },
    { project: 'other' },
  ])('is not put away from another place: %j', (changes) => {
    unpack();
    expect(open().putAway({ ...UNPACKED, ...changes }, cache)).toBeNull();
  });
});

describe('what a cache holds', () => {
  const found = () =>
    open()
      .unpackedIn(cache, [])
      .map(({ project, pointer, tree }) => ({ project, pointer, tree }));

  test('is what a pointer names', () => {
    expect(found()).toEqual([]);
    unpack();
    expect(found()).toEqual([{ project: 'good', pointer: POINTER, tree: TREE }]);
  });

  test('is not what was brought in, has no pointer, or may be one of two', () => {
    unpack('unpointedUnpoint');
    unpack();
    expect(found()).toHaveLength(1);
    expect(open().unpackedIn(cache, [{ ...UNPACKED, pointerSha256: '', folder: '' }])).toEqual([]);
    writeFileSync(join(cache, POINTER), '..y7aITfBm6CmyIGza..unpointedUnpoint..');
    expect(found()).toEqual([]);
  });
});
