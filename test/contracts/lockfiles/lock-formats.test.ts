// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/errors.ts';
import type { PinReading } from '../../../src/core/lockfile.ts';
import { LOCK_FORMATS, releasesIn, type LockFormat } from '../../../src/lockfiles/index.ts';
import { RELEASES, SAMPLES } from './samples.ts';

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

/** What the releases of every sample are, whatever the format: names, versions, digests. */
const meant = (packages: PinReading['packages']) =>
  releasesIn(packages).map(({ name, version, hashes }) => ({ name, version, hashes }));

describe.each(SAMPLES)('$format: $name', ({ format: called, text, filename }) => {
  const format = LOCK_FORMATS.find(({ name }) => name === called);
  const readSample = async (content: string): Promise<PinReading> => {
    if (format === undefined) throw new Error(`there is no format ${called}`);
    const reading = await read(format, content);
    if (reading instanceof Refusal) throw reading;
    return reading;
  };

  it('is recognised by its name alone', () => {
    expect(LOCK_FORMATS.find((one) => one.recognises(filename))).toBe(format);
  });

  it('says the same releases and digests as every other', async () => {
    expect(meant((await readSample(text)).packages)).toStrictEqual(RELEASES);
  });

  it('makes a pin of every digest', async () => {
    const { pins } = await readSample(text);
    const pinned = new Set(pins.flatMap(({ hashes }) => Object.values(hashes)));
    const stated = RELEASES.flatMap(({ hashes }) =>
      hashes.map((hash) => hash.slice('sha256:'.length)),
    );
    expect([...pinned].toSorted()).toStrictEqual(stated.toSorted());
  });

  it('is never taken without its digests (K16)', async () => {
    const stripped = text.replaceAll(/(?:sha256:)?[0-9a-f]{64}/gu, '');
    if (called === 'requirements' || called === 'environment.yml') return;
    await expect(readSample(stripped)).rejects.toMatchObject({
      code: expect.stringMatching(/^WP-LOCK(?:-NO-HASH|FILE-INVALID)$/u),
    });
  });

  it('is never taken with another digest than it states', async () => {
    const [first = ''] = /[0-9a-f]{64}/u.exec(text) ?? [];
    await expect(readSample(text.replaceAll(first, first.slice(1)))).rejects.toMatchObject({
      code: 'WP-LOCKFILE-INVALID',
    });
  });

  it('says the same after it was written and read again', async () => {
    if (format?.write === undefined) return;
    const { packages } = await readSample(text);
    const again = await readSample(format.write(packages));
    const bare = (all: PinReading['packages']) =>
      all.map((one) => ({
        ...one,
        where: '',
        files: one.files.map((file) => ({ ...file, where: '' })),
      }));
    expect(bare(again.packages)).toStrictEqual(bare(packages));
  });

  it('answers or refuses when it is cut or bent anywhere', async () => {
    if (format === undefined) return;
    const bend = fc.tuple(fc.nat(text.length), fc.nat(40), fc.string({ maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(bend, async ([at, many, word]) => {
        expect(await read(format, text.slice(0, at) + word + text.slice(at + many))).toBeDefined();
      }),
      { numRuns: 60 },
    );
  });
});

it('has a sample of every format', () => {
  const sampled = new Set(SAMPLES.map(({ format }) => format));
  expect(LOCK_FORMATS.map(({ name }) => name).filter((name) => !sampled.has(name))).toStrictEqual(
    [],
  );
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
