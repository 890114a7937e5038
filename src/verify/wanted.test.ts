// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { meetsWishes } from './wanted.ts';

const wish = (text: string) => {
  const [specifier = '', marker] = text.split(';');
  const condition = marker === undefined ? {} : { conditional: true as const };
  return { project: 'good', specifier, ...condition, where: 'here' };
};

describe('what is wished for', () => {
  test.each<[string, readonly string[], boolean]>([
    ['1.0', [], true],
    ['1.0', [''], true],
    ['1.0', ['>=1', '<2'], true],
    ['2.0', ['>=1', '<2'], false],
    ['', ['>=1'], false],
    ['', [''], true],
    ['1.0', ['<2; python_version<"3.9"', '>=2; python_version>="3.9"'], true],
    ['2.1', ['<2; python_version<"3.9"', '>=2; python_version>="3.9"'], true],
    ['2.1', ['<2; python_version<"3.9"'], false],
    ['2.1', ['<2', '>=2; python_version>="3.9"'], false],
  ])('%s for %j: %s', (version, wishes, expected) => {
    expect(meetsWishes(wishes.map(wish), version)).toBe(expected);
  });
});
