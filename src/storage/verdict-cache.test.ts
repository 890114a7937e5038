// SPDX-License-Identifier: Apache-2.0
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_KEPT_VERDICT_BYTES } from '../core/limits.ts';
import { openVerdictCache } from './verdict-cache.ts';

const KEY = 'a'.repeat(64);
const keyOf = (number: number): string => number.toString(16).padStart(64, '0');

let ground = '';
const folder = (): string => join(ground, 'verdicts');
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-verdicts-'));
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

describe('kept verdicts', () => {
  test('are recalled by their key, in another process too; nothing is made for looking', async () => {
    const cache = openVerdictCache(folder());
    expect(await cache.recall(KEY)).toBeNull();
    await cache.close();
    expect(existsSync(folder())).toBe(false);
    await cache.keep(KEY, '{"said":"ü"}');
    expect(await cache.recall(KEY)).toBe('{"said":"ü"}');
    expect(await openVerdictCache(folder()).recall(KEY)).toBe('{"said":"ü"}');
    expect(await cache.recall(keyOf(1))).toBeNull();
    expect(statSync(join(folder(), KEY)).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
  });

  test.each<[string, (path: string) => void]>([
    ['cut', (path) => truncateSync(path, 70)],
    ['empty', (path) => truncateSync(path, 0)],
    ['longer', (path) => appendFileSync(path, ' ')],
    ['changed', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('one', 'two'))],
    ['too large', (path) => appendFileSync(path, Buffer.alloc(MAX_KEPT_VERDICT_BYTES + 1))],
  ])('that are %s count as none', async (_, harm) => {
    const cache = openVerdictCache(folder());
    await cache.keep(KEY, 'one');
    harm(join(folder(), KEY));
    expect(await cache.recall(KEY)).toBeNull();
  });

  test('of another key, or behind a link, count as none', async () => {
    const cache = openVerdictCache(folder());
    await cache.keep(KEY, 'one');
    writeFileSync(join(folder(), keyOf(1)), readFileSync(join(folder(), KEY)));
    expect(await cache.recall(keyOf(1))).toBeNull();
    symlinkSync(join(folder(), KEY), join(folder(), keyOf(2)));
    expect(await cache.recall(keyOf(2))).toBeNull();
    await cache.keep('../../key', 'one');
    expect(await cache.recall('../../key')).toBeNull();
  });

  test('in a folder that others can write are refused', async () => {
    await openVerdictCache(folder()).keep(KEY, 'one');
    chmodSync(folder(), 0o777);
    expect(() => openVerdictCache(folder())).toThrow(
      expect.objectContaining({ code: 'WP-STATE-PERMISSIONS' }),
    );
  });

  test('are bounded: the oldest go', async () => {
    const cache = openVerdictCache(folder(), 3);
    for (let number = 0; number < 5; number += 1) {
      await cache.keep(keyOf(number), 'one');
      utimesSync(join(folder(), keyOf(number)), 1_000 + number, 1_000 + number);
    }
    writeFileSync(join(folder(), `${KEY}.leftover`), '');
    utimesSync(join(folder(), `${KEY}.leftover`), 1, 1);
    await cache.close();
    expect(readdirSync(folder()).sort()).toEqual([keyOf(2), keyOf(3), keyOf(4)]);
    await cache.keep(KEY, 'x'.repeat(MAX_KEPT_VERDICT_BYTES + 1));
    expect(await cache.recall(KEY)).toBeNull();
  });
});
