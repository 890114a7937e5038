// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binName } from './delegations.ts';
import { matchesPattern } from './path-pattern.ts';

describe('matchesPattern', () => {
  it.each([
    ['packages/good/good-1.0.tar.gz', 'packages/good/*', true],
    ['packages/good/x/y', 'packages/good/*', false],
    ['packages/good', 'packages/good/*', false],
    ['a', '?', true],
    ['ab', '?', false],
    ['foo.tgz', '*.tgz', true],
    ['foo.tgz.asc', '*.tgz', false],
    ['b', '[a-c]', true],
    ['d', '[a-c]', false],
    ['d', '[!a-c]', true],
    [']', '[]]', true],
    ['[a', '[a', true],
    ['', '*', true],
    ['aXbYc', 'a*b*c', true],
  ])('%s against %s: %s', (path, pattern, expected) => {
    expect(matchesPattern(path, pattern)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
    fc.assert(
      fc.property(path, word, (given, pattern) => {
        const source = pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
        expect(matchesPattern(given, pattern)).toBe(new RegExp(`^${source}$`, 'u').test(given));
      }),
    );
  });

  it('is not slowed down by many stars', () => {
    expect(matchesPattern('a'.repeat(5000), `${'a*'.repeat(2000)}b`)).toBe(false);
  });

  it('is not slowed down by brackets that nothing closes', () => {
    expect(matchesPattern('a', '['.repeat(1_000_000))).toBe(false);
  });
});

describe('binName', () => {
  it('numbers bins by the first bits of the sha256', () => {
    // sha256('') begins with e3b0c442.
    expect(binName('bins', 4, '')).toBe('bins-e');
    expect(binName('bins', 5, '')).toBe('bins-1c');
    expect(binName('bins', 14, '')).toBe('bins-38ec');
    expect(binName('bins', 32, '')).toBe('bins-e3b0c442');
  });
});
