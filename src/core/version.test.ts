// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  isPrerelease,
  isSpecifier,
  normaliseVersion,
  releaseLine,
  satisfies,
} from './version.ts';

const part = fc.constantFrom(
  '0',
  '1',
  '01',
  '10',
  '20260101000000000000001',
  '20260101000000000000002',
);
const version = fc
  .tuple(
    fc.constantFrom('', '1!', 'v'),
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', 'a1', '-beta.2', 'rc', '.pre3'),
    fc.constantFrom('', '.post1', '-2', 'r3'),
    fc.constantFrom('', '.dev0', 'dev4'),
    fc.constantFrom('', '+abc', '+1', '+1e5', '+ubuntu-01'),
  )
  .map(([epoch, release, ...suffixes]) => `${epoch}${release.join('.')}${suffixes.join('')}`);

describe('normaliseVersion', () => {
  test('a version of plain numbers is what it is behind a `v`', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.array(part), (one, two) => {
        const a = one.join('.');
        const b = two.join('.');
        expect(normaliseVersion(a)).toBe(normaliseVersion(`v${a}`));
        expect(isPrerelease(a)).toBe(false);
        expect(compareVersions(a, b)).toBe(compareVersions(`v${a}`, `v${b}`));
      }),
    );
  });

  test.each([
    ['1.0+001.ABC', '1.0+1.abc'],
    ['1.0+1e5', '1.0+1e5'],
    ['1.0+0x10', '1.0+0x10'],
    ['00!1.2', '1.2'],
    ['1.0-1', '1.0.post1'],
    ['2026.01.01.000000000000000000001', '2026.1.1.1'],
    ['20260101000000000000001', '20260101000000000000001'],
    ['\u202f1.0\u2029', '1.0'],
  ])('%j is %j', (text, expected) => {
    expect(normaliseVersion(text)).toBe(expected);
  });

  test.each(['', '1.', '1.0+', '1.0_1', '1.0\u017ft', '\ufeff1.0', '1.0.*', '٣', '-1'])(
    '%j is no version',
    (text) => {
      expect(normaliseVersion(text)).toBeNull();
    },
  );

  test('is its own normal form', () => {
    fc.assert(
      fc.property(version, (text) => {
        const normal = normaliseVersion(text);
        expect(normal).not.toBeNull();
        expect(normaliseVersion(normal ?? '')).toBe(normal);
        expect(compareVersions(text, normal ?? '')).toBe(0);
      }),
    );
  });
});

describe('compareVersions', () => {
  test('tells numbers apart that a double would not', () => {
    expect(compareVersions('20260101000000000000001', '20260101000000000000002')).toBeLessThan(0);
    expect(satisfies('20260101000000000000001', '==20260101000000000000002')).toBe(false);
  });

  test('is an order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
        const sorted = [a, b, c].sort(compareVersions);
        expect(compareVersions(sorted[0] ?? '', sorted[2] ?? '')).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('puts what is no version first', () => {
    expect(['1.0', 'zzz', '0.dev0', 'aaa'].sort(compareVersions)).toEqual([
      'aaa',
      'zzz',
      '0.dev0',
      '1.0',
    ]);
  });
});

describe('satisfies', () => {
  test.each([
    ['1.0.post1', '>1.0', false],
    ['1.0.post2', '>1.0.post1', true],
    ['1.0.post1.dev1', '>1.0', false],
    ['1.0a1.post1', '>1.0a1', false],
    ['1.0+local', '>1.0', false],
    ['1.0+local', '<=1.0', true],
    ['1.0+local', '==1.0', true],
    ['1.0', '==1.0+local', false],
    ['1.0a1', '<1.0', false],
    ['1.0a1', '<1.0a2', true],
    ['1.0.dev1', '<1.0', false],
    ['1.1.dev0', '==1.0.*', false],
    ['1', '==1.0.0.*', true],
    ['1!1.0', '==1.*', false],
    ['2.0.dev1', '~=1.4', false],
    ['1.9', '~=1.4', true],
    ['1.4.9', '~=1.4.2', true],
    ['1.5', '~=1.4.2', false],
    ['1.0', '===1.0', true],
    ['1.0', '===1.0.0', false],
    ['lolwat', '===LOLWAT', true],
    ['lolwat', '>=0', false],
    ['2.0', '>=1,<2', false],
    ['1.5', ' >=1 , <2 ,', true],
    ['1.5', '', true],
    ['1.5', 'not a specifier', false],
  ])('%s %s: %s', (candidate, specifier, expected) => {
    expect(satisfies(candidate, specifier)).toBe(expected);
  });

  test('lets pre-releases through unless told not to', () => {
    expect(satisfies('1.0a1', '>=0.9')).toBe(true);
    expect(satisfies('1.0a1', '>=0.9', { prereleases: true })).toBe(true);
    expect(satisfies('1.0a1', '>=0.9', { prereleases: false })).toBe(false);
    expect(satisfies('1.0', '>=0.9', { prereleases: false })).toBe(true);
  });

  test('agrees with the order of versions', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        fc.pre(!b.includes('+'));
        expect(satisfies(a, `>=${b}`)).toBe(compareVersions(a, b) >= 0);
        expect(satisfies(a, `==${b}`)).toBe(!satisfies(a, `!=${b}`));
        expect(satisfies(a, `>${b}`) && satisfies(a, `<=${b}`)).toBe(false);
      }),
    );
  });
});

describe('isSpecifier', () => {
  test.each(['', '>=3.8', '===anything at all'.replaceAll(' ', '-'), '==1.*', '~=1.4, !=1.5'])(
    '%j is one',
    (text) => {
      expect(isSpecifier(text)).toBe(true);
    },
  );

  test.each([
    '2.0',
    '=>2.0',
    '==',
    '~=1',
    '>=1.*',
    '~=1.0+5',
    '>=1.0+x',
    '==1.0a1.*',
    '==1.0.*+5',
    '!=1.0.*.5',
    '=== a b',
    '<1;2',
  ])('%j is none', (text) => {
    expect(isSpecifier(text)).toBe(false);
  });
});

test('isPrerelease', () => {
  expect(['1.0a1', '1.0.dev1', '1.0.post1.dev2', '1.0rc1'].every(isPrerelease)).toBe(true);
  expect(['1.0', '1.0.post1', '1.0+dev', 'nonsense'].some(isPrerelease)).toBe(false);
});

test.each([
  ['6.3.1', '6'],
  ['0.4.2', '0.4'],
  ['0', '0.0'],
  ['1!2.3', '1!2'],
  ['1!0.3', '1!0.3'],
  ['2026.1', '2026'],
  ['nonsense', 'nonsense'],
])('the release line of %s is %s', (text, line) => {
  expect(releaseLine(text)).toBe(line);
});
