// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/errors.ts';
import type { PinReading } from '../../../src/core/lockfile.ts';
import { LOCK_FORMATS, type LockFormat } from '../../../src/lockfiles/index.ts';

const asked = { path: 'some.lock', directory: '/p', environment: {}, constraint: false };

async function read(format: LockFormat, text: string | null): Promise<PinReading | Refusal> {
  try {
    return await format.read(asked, () => Promise.resolve(text));
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const HOSTILE: Readonly<Record<string, string>> = {
  empty: '',
  NUL: 'six==1\0\n',
  'only carriage returns': '\r\r\r',
  'a byte-order mark alone': '\ufeff',
  'lone surrogates': '\ud800 = "\udc00"',
  'deep arrays': `x = ${'['.repeat(20_000)}`,
  'deep tables': `x = ${'{a='.repeat(20_000)}`,
  'deep keys': `${'a.'.repeat(20_000)}b = 1`,
  'one long line': 'a'.repeat(2_000_000),
  'many lines': 'six\n'.repeat(100_000),
  'a prototype': '__proto__ = { a = 1 }\n[constructor]\nprototype = 1\n',
  'many spaces': `six${' '.repeat(200_000)}x`,
  'many backslashes': '\\\n'.repeat(50_000),
  'many brackets': `six${'['.repeat(100_000)}`,
  'many semicolons': `https://x.test/${' ;'.repeat(100_000)}`,
};

describe.each(LOCK_FORMATS.map((format) => [format.name, format] as const))('%s', (_, format) => {
  it.each(Object.entries(HOSTILE))('answers or refuses %s within two seconds', async (__, text) => {
    const start = performance.now();
    const outcome = await read(format, text);
    expect(outcome).toBeDefined();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(Object.prototype).not.toHaveProperty('a');
  });

  it('refuses a file that is not there, naming it', async () => {
    const outcome = await read(format, null);
    expect(outcome).toMatchObject({
      code: 'WP-LOCKFILE-INVALID',
      message: expect.stringContaining('some.lock'),
    });
  });

  it('passes on what the reading itself refuses', async () => {
    const refusal = new Refusal('WP-LOCKFILE-INVALID', { message: 'is a folder' });
    await expect(format.read(asked, () => Promise.reject(refusal))).rejects.toBe(refusal);
  });

  it('answers or refuses whatever text, and every pin it makes is whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const outcome = await read(format, text);
        if (outcome instanceof Refusal) return;
        for (const pin of outcome.pins) {
          expect(Object.keys(pin.hashes).length).toBeGreaterThan(0);
          expect(pin.project).toMatch(/^[a-z0-9]/u);
        }
      }),
    );
  });
});

it('runs over every format there is', () => {
  const room = join(import.meta.dirname, '../../../src/lockfiles');
  const declared = readdirSync(room)
    .filter((name) => /(?<!test|test-support)\.ts$/u.test(name))
    .flatMap(
      (name) =>
        readFileSync(join(room, name), 'utf8').match(/^export const \w+: LockFormat\b/gmu) ?? [],
    );
  expect(LOCK_FORMATS.length).toBe(declared.length);
  expect(new Set(LOCK_FORMATS.map(({ name }) => name)).size).toBe(LOCK_FORMATS.length);
});
