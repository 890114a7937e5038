// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';

const PIP: OptionTable = {
  values: new Set(['--requirement', '--target', '--proxy', '--prefix']),
  switches: new Set(['--upgrade', '--prefer-binary', '--require-hashes']),
  aliases: new Map([
    ['-r', '--requirement'],
    ['-t', '--target'],
    ['--pypi-url', '--proxy'],
  ]),
  beginnings: true,
};
const UV: OptionTable = { ...PIP, beginnings: false };

const scan = (words: string, table = PIP, lastWord?: number) =>
  scanArguments(words.split(' '), table, lastWord);

describe('arguments taken apart', () => {
  it('finds values however they are attached', () => {
    const found = scan('a --target=x -t y -tz -Ur f -U --target -- b');
    expect(valuesOf(found, '--target')).toStrictEqual(['x', 'y', 'z', '--']);
    expect(valuesOf(found, '--requirement')).toStrictEqual(['f']);
    expect(has(found, '-U')).toBe(true);
    expect(found.words.map(({ text }) => text)).toStrictEqual(['a', 'b']);
    expect(found.end).toBe(11);
  });

  it('takes what stands behind -- as words, and says where that is', () => {
    const found = scan('a -t x -- -r --proxy');
    expect(found.words.map(({ text }) => text)).toStrictEqual(['a', '-r', '--proxy']);
    expect(found.options).toHaveLength(1);
    expect(found.end).toBe(3);
  });

  it('takes beginnings of names only where they are one option’s', () => {
    expect(valuesOf(scan('--req x --prox y --pypi z'), '--proxy')).toStrictEqual(['y', 'z']);
    expect(has(scan('--pref x'), '--prefix')).toBe(false);
    expect(has(scan('--prox x', UV), '--proxy')).toBe(false);
  });

  it('takes -x=value as clap or optparse does', () => {
    expect(valuesOf(scan('-t=x', UV), '--target')).toStrictEqual(['x']);
    expect(valuesOf(scan('-t=x', PIP), '--target')).toStrictEqual(['=x']);
  });

  it('stops where another program’s arguments begin', () => {
    const found = scan('run -t x prog -t y', PIP, 2);
    expect(valuesOf(found, '--target')).toStrictEqual(['x']);
    expect(found.words.map(({ text }) => text)).toStrictEqual(['run', 'prog']);
  });

  it('refuses an option without its value, which would swallow ours', () => {
    for (const words of ['a --target', 'a -r', 'a -Ur']) {
      expect(() => scan(words)).toThrow(expect.objectContaining({ code: 'WP-USAGE' }));
    }
  });
});

it('never crashes, and names each place once', () => {
  const word = fc.oneof(
    fc.constantFrom('--', '-', '-r', '--target', '--proxy=', '-Ur'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      let found;
      try {
        found = scanArguments(argv, PIP);
      } catch (error) {
        expect(error).toHaveProperty('code', 'WP-USAGE');
        return;
      }
      for (const { text, index } of found.words) expect(argv[index]).toBe(text);
      expect(found.end).toBeLessThanOrEqual(argv.length);
    }),
  );
});
