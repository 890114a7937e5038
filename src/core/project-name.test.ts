// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProjectName, normaliseName } from './project-name.ts';

describe('normaliseName', () => {
  test.each([
    ['Foo.....Bar', 'foo-bar'],
    ['foo___bar', 'foo-bar'],
    ['_not_legal', '-not-legal'],
    ['hi\n', 'hi\n'],
    ['good.-_.x', 'good-x'],
    ['\u212Aelvin', '\u212Aelvin'],
  ])('%j is %j', (name, expected) => {
    expect(normaliseName(name)).toBe(expected);
  });

  test('a normalised name stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(normaliseName(normaliseName(name))).toBe(normaliseName(name));
      }),
    );
  });
});

describe('isProjectName', () => {
  test.each(['a', 'A1', 'zope.interface', 'a--b', '0-0-1'])('%j is one', (name) => {
    expect(isProjectName(name)).toBe(true);
  });

  test.each([
    '',
    '-a',
    'a-',
    'a b',
    'a\n',
    '\u0430bc',
    'ｇood',
    'go\u200bod',
    '../a',
    'a'.repeat(256),
  ])('%j is none', (name) => {
    expect(isProjectName(name)).toBe(false);
  });
});
