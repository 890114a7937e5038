// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSpecifier, satisfies } from '../core/version.ts';
import { specifierOf, specifierWord } from './caret-specifier.ts';

describe('what Poetry writes shorter than PEP 440', () => {
  it.each([
    ['^1.2.3', '>=1.2.3,<2'],
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['^0.0', '>=0.0,<0.1'],
    ['^0', '>=0,<1'],
    ['~1.2.3', '>=1.2.3,<1.3'],
    ['~1', '>=1,<2'],
    ['~=1.2', '~=1.2'],
    ['1.2.*', '==1.2.*'],
    ['1.2', '==1.2'],
    ['=1.2', '==1.2'],
    ['>=1, <3, !=2.0', '>=1,<3,!=2.0'],
    ['*', ''],
    ['latest', ''],
  ])('%s is %s', (short, specifier) => {
    expect(specifierOf(short)).toBe(specifier);
  });

  it('covers the version it names', () => {
    const part = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (numbers) => {
        const version = numbers.join('.');
        for (const sign of ['^', '~']) {
          const specifier = specifierOf(`${sign}${version}`) ?? '';
          expect(isSpecifier(specifier)).toBe(true);
          expect(satisfies(version, specifier)).toBe(true);
        }
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void specifierOf(text)));
  });
});

it.each([
  ['good', 'good'],
  ['good@^1.2', 'good>=1.2,<2'],
  ['good[x]@latest', 'good[x]'],
  ['good:1.2', 'good==1.2'],
  ['good==1.2', 'good==1.2'],
  ['good>=1,<2', 'good>=1,<2'],
  ['git+https://h.test/r.git@main', 'git+https://h.test/r.git@main'],
  ['git+ssh://git@h.test/r.git', 'git+ssh://git@h.test/r.git'],
  ['https://h.test/good-1.0.whl', 'https://h.test/good-1.0.whl'],
  ['./good.whl', './good.whl'],
])('on a command line, %s is %s', (word, text) => {
  expect(specifierWord(word)).toBe(text);
});
