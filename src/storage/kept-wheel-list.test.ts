// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeptWheel } from '../core/kept-wheel.ts';
import { MAX_KEPT_WHEELS } from '../core/limits.ts';
import { decodeKeptWheels, openKeptWheelList } from './kept-wheel-list.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wheelproof-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const WHEEL: KeptWheel = {
  index: 'https://index.test/simple/',
  project: 'good',
  filename: 'good-1.0-py3-none-any.whl',
  url: 'https://files.test/good-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  pointer: 'wheels-v8/index/5f76cf257ba9d21f/good/1.0-py3-none-any.http',
  pointerSha256: 'b'.repeat(64),
  tree: 'archive-v0/y7aITfBm6CmyIGza',
  stamp: 'c'.repeat(64),
  entries: 7,
  folder: 'd'.repeat(32),
};

describe('what is kept unpacked', () => {
  test('is kept by project, for one place', async () => {
    const list = openKeptWheelList(folder, '/kept');
    expect(await list.recall('good')).toEqual([]);
    await list.keep('good', [WHEEL]);
    expect(await openKeptWheelList(folder, '/kept').recall('good')).toStrictEqual([WHEEL]);
    expect(await list.recall('other')).toEqual([]);
    expect(await openKeptWheelList(folder, '/elsewhere').recall('good')).toEqual([]);
    await list.keep('good', []);
    expect(await list.recall('good')).toEqual([]);
  });

  test('is nothing once a byte of the list was changed', async () => {
    const list = openKeptWheelList(folder, '/kept');
    await list.keep('good', [WHEEL]);
    const [name = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, name));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(text);
        changed[at] = (changed[at] ?? 0) ^ by;
        writeFileSync(join(folder, name), changed);
      }),
      { numRuns: 1 },
    );
    expect(await list.recall('good')).toEqual([]);
    rmSync(join(folder, name));
    expect(await list.recall('good')).toEqual([]);
  });

  const decode = (...wheels: readonly unknown[]) =>
    decodeKeptWheels(JSON.stringify({ wheels }), 'good');

  test('is of one project and leads nowhere else', () => {
    expect(decode(WHEEL, WHEEL)).toEqual([WHEEL, WHEEL]);
    const wrong: readonly Partial<KeptWheel>[] = [
      { project: 'other' },
      { pointer: 'wheels-v8/index/5f76cf257ba9d21f/other/1.0-py3-none-any.http' },
      { pointer: 'wheels-v8/index/../good/1.0-py3-none-any.http' },
      { pointer: '/wheels-v8/pypi/good/1.0-py3-none-any.http' },
      { pointer: 'wheels-v8/url/5f76cf257ba9d21f/good/1.0-py3-none-any.http' },
      { pointer: 'sdists-v8/pypi/good/1.0-py3-none-any.http' },
      { pointer: 'wheels-v8/pypi/good/1.0-py3-none-any.http\n' },
      { tree: 'archive-v0/..' },
      { tree: 'archive-v0/../../good' },
      { tree: 'environments-v2/y7aITfBm6CmyIGza' },
      { folder: '..' },
      { folder: 'd'.repeat(31) },
      { stamp: '' },
      { entries: 0.5 },
      { sha256: 'A'.repeat(64) },
      { url: 'good' },
      { index: '' },
      { filename: 'good-1.0.tar.gz' },
    ];
    for (const one of wrong) expect(decode(WHEEL, { ...WHEEL, ...one })).toEqual([]);
    const many = Array.from({ length: MAX_KEPT_WHEELS + 1 }, () => WHEEL);
    expect(decode(...many)).toEqual([]);
  });

  test('is read without a fall, whatever is written there', () => {
    const value = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ wheels: fc.anything() }).map((one) => JSON.stringify(one)),
      fc
        .record(
          Object.fromEntries(
            Object.keys(WHEEL).map((key) => [
              key,
              fc.oneof(fc.anything(), fc.constant(`${Reflect.get(WHEEL, key)}`)),
            ]),
          ),
        )
        .map((one) => JSON.stringify({ wheels: [one] })),
    );
    fc.assert(
      fc.property(value, (text) => {
        for (const wheel of decodeKeptWheels(text, 'good')) {
          const paths = [wheel.pointer, wheel.tree, wheel.folder];
          expect(paths.every((path) => !/(?:^\/|\.\.\/|^\.\.$)/u.test(path))).toBe(true);
          expect(wheel.project).toBe('good');
        }
      }),
    );
  });
});
