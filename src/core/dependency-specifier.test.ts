// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDependency } from './dependency-specifier.ts';

const ANY = { extras: [], specifier: '', url: null, marker: null };

describe('a dependency specifier', () => {
  test.each([
    ['requests', { ...ANY, project: 'requests' }],
    ['Foo.Bar >=1,<2', { ...ANY, project: 'foo-bar', specifier: '>=1,<2' }],
    ['foo (>=1.0)', { ...ANY, project: 'foo', specifier: '>=1.0' }],
    ['foo[Bar_x, y]==1', { ...ANY, project: 'foo', extras: ['bar-x', 'y'], specifier: '==1' }],
    [
      'foo>=1; python_version < "3.8"',
      { ...ANY, project: 'foo', specifier: '>=1', marker: 'python_version < "3.8"' },
    ],
    ['foo @ https://a.test/f;1.whl', { ...ANY, project: 'foo', url: 'https://a.test/f;1.whl' }],
    [
      'foo[x]@ https://a.test/f.whl ; os_name == "nt"',
      {
        ...ANY,
        project: 'foo',
        extras: ['x'],
        url: 'https://a.test/f.whl',
        marker: 'os_name == "nt"',
      },
    ],
  ])('%s', (text, parsed) => {
    expect(parseDependency(text)).toEqual(parsed);
  });

  test.each(['', '-foo', 'foo bar', 'foo >=', 'foo[', 'foo @ ', 'foo @ a b', 'foo[-x]'])(
    'is none: %s',
    (text) => {
      expect(parseDependency(text)).toBeNull();
    },
  );

  test('of any text never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDependency(text)));
  });
});
