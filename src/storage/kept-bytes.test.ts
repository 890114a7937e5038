// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CACHE_IN_USE_MS } from '../core/limits.ts';
import { collectGarbage, listKept, type KeptPlaces } from './kept-bytes.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

let root = '';
let places: KeptPlaces = { blobs: '', installers: '' };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wheelproof-kept-'));
  places = { blobs: join(root, 'blobs'), installers: join(root, 'installers') };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, bytes: number, age: number): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.alloc(bytes));
  const at = (NOW - age) / 1000;
  utimesSync(path, at, at);
  utimesSync(dirname(path), at, at);
  return path;
}
const blob = (letter: string, bytes: number, age: number): string => {
  return put(join(places.blobs, 'sha256', letter.repeat(64)), bytes, age);
};
/** As older versions laid it. */
const olderBlob = (letter: string, bytes: number, age: number): string => {
  const name = letter.repeat(64);
  return put(join(places.blobs, 'sha256', name.slice(0, 2), name), bytes, age);
};
const epoch = (name: string, bytes: number, age: number): string => {
  const path = put(join(places.installers, name, 'wheel'), bytes, age);
  return path;
};

describe('what is kept for speed', () => {
  test('nothing is there at first', async () => {
    expect(await listKept(places)).toEqual([]);
    expect(await collectGarbage(places, 0, NOW)).toEqual({ before: 0, after: 0, removed: [] });
  });

  test('old policies go first, then the newest, then the oldest bytes', async () => {
    olderBlob('a', 10, 9 * DAY);
    blob('b', 10, 5 * DAY);
    epoch('older', 10, 3 * DAY);
    epoch('oldest', 10, 4 * DAY);
    epoch('current', 10, 2 * DAY);
    const order = (await listKept(places)).map(({ name }) => name);
    expect(order).toEqual(['oldest', 'older', 'current', 'a'.repeat(64), 'b'.repeat(64)]);
  });

  test('what is no blob by its name is none: not listed, not removed', async () => {
    const folder = join(places.blobs, 'sha256');
    const others = ['.nfs0001', 'AB/file', 'ab/.nfs0001', 'backup/file', 'a'.repeat(63)];
    const paths = others.map((name) => put(join(folder, name), 10, 9 * DAY));
    olderBlob('a', 10, 9 * DAY);
    blob('b', 10, 9 * DAY);
    expect((await listKept(places)).map(({ bytes }) => bytes)).toEqual([10, 10]);
    await collectGarbage(places, 0, NOW);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('it goes until the bound is kept, and no further', async () => {
    const old = olderBlob('a', 60, 9 * DAY);
    const young = blob('b', 60, 5 * DAY);
    const freed = await collectGarbage(places, 100, NOW);
    expect(freed).toMatchObject({ before: 120, after: 60 });
    expect(existsSync(old)).toBe(false);
    expect(existsSync(young)).toBe(true);
    expect((await collectGarbage(places, 60, NOW)).removed).toEqual([]);
  });

  test('what a run may be at work with stays', async () => {
    const inUse = blob('a', 60, CACHE_IN_USE_MS - 1000);
    epoch('current', 60, CACHE_IN_USE_MS - 1000);
    expect((await collectGarbage(places, 0, NOW)).removed).toEqual([]);
    expect(existsSync(inUse)).toBe(true);
  });
});
