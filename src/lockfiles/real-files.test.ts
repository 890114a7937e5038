// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText } from './reading.test-support.ts';

const folder = join(import.meta.dirname, '../../../shared/data/locks');
const there = existsSync(folder);

it.runIf(process.env['CI'] !== undefined)('has the real lock files at hand', () => {
  expect(there).toBe(true);
});

describe.skipIf(!there)('real files', () => {
  it.each([
    ['poetry.lock', 9, 28],
    ['poetry.old.lock', 1, 3],
    ['Pipfile.lock', 10, 147],
    ['uv.lock', 9, 16],
    ['pdm.lock', 10, 20],
    ['pylock.pdm.toml', 10, 20],
    ['pylock.pipenv.toml', 5, 5],
    ['pylock.spec-example.toml', 3, 4],
    ['requirements-hash.txt', 0, 0],
    ['requirements-poetry-with-hashes.txt', 5, 9],
    ['requirements-warehouse-deploy.txt', 8, 155],
  ])('%s', async (name, wishes, pins) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const reading = await readText(text, name);
    expect([reading.wishes.length, reading.pins.length]).toStrictEqual([wishes, pins]);
    expect(reading.pins.every(({ where }) => /:\d+$|^Pipfile/u.test(where))).toBe(true);
    // Every digest that the file states of a file is a pin's, and no other.
    const [packages = ''] = text
      .replaceAll(/"_meta": \{[^}]*\}|content_hash.*/gu, '')
      .split('\n[tool.');
    const files = packages.matchAll(/sha256(?:[: ]| ?= ?["'])(?<hex>[0-9a-f]{64})/gu);
    const stated = [...files].map(({ groups }) => groups?.['hex'] ?? '');
    const pinned = reading.pins.map(({ hashes }) => hashes['sha256'] ?? '');
    expect(pinned.toSorted()).toStrictEqual(stated.toSorted());
  });

  it('finds nothing of ours in a conda-lock file without a pip part', async () => {
    const name = 'conda-lock.yml';
    const reading = await readText(readFileSync(join(folder, name), 'utf8'), name);
    expect(reading.packages).toStrictEqual([]);
  });
});
