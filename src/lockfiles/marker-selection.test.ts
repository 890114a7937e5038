// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asRefusal } from '../core/errors.ts';
import { selectMarker } from './marker-selection.ts';

const chosen = (extras: readonly string[], groups: readonly string[] = []) => ({
  isExtra: (name: string) => extras.includes(name),
  isGroup: (name: string) => groups.includes(name),
});

const select = (marker: string, extras: readonly string[] = [], groups: readonly string[] = []) =>
  selectMarker(marker, chosen(extras, groups), 'x.lock:1').marker;

test.each<[string, string | null | false, string | null | false]>([
  ['extra == "a"', null, false],
  ['extra != "a"', false, null],
  ['"A_a" in extras', false, false],
  ['"a" in extras', null, false],
  ['"a" not in extras', false, null],
  [`python_version < '3.9' and extra == "a"`, `python_version < '3.9'`, false],
  [`python_version < '3.9' or extra == "a"`, null, `python_version < '3.9'`],
  [
    `(os_name == "nt" or os_name == "x") and ("a" in extras or "b" in extras)`,
    `os_name == "nt" or os_name == "x"`,
    false,
  ],
  [
    `(os_name == "nt" or os_name == "x") and sys_platform == "y" and "a" in extras`,
    `(os_name == "nt" or os_name == "x") and sys_platform == "y"`,
    false,
  ],
  [`sys_platform not in "a b" and 'a' == extra`, `sys_platform not in "a b"`, false],
])('%s', (marker, withIt, without) => {
  expect(select(marker, ['a'])).toBe(withIt);
  expect(select(marker)).toBe(without);
});

test('groups are not extras', () => {
  expect(select('"a" in dependency_groups', ['a'])).toBe(false);
  expect(select('"a" in dependency_groups', [], ['a'])).toBeNull();
  expect(select('"a" in extras', [], ['a'])).toBe(false);
});

test("uv's own names of extras and groups that exclude each other", () => {
  expect(select(`extra == 'extra-7-project-a'`, ['a'])).toBeNull();
  expect(select(`extra == 'group-7-project-a'`, ['a'])).toBe(false);
  expect(select(`extra == 'group-7-project-a'`, [], ['a'])).toBeNull();
});

test('what asks for neither stays as it stands, whatever it is', () => {
  expect(select('  no marker(')).toBe('  no marker(');
  expect(select(`'extra-1' == sys_platform`)).toBe(`'extra-1' == sys_platform`);
});

test('tells what it asks for', () => {
  const { asked } = selectMarker('"A.b" in extras or extra == "c"', chosen([]), 'x');
  expect(asked).toStrictEqual(['a-b', 'c']);
});

test('what asks and cannot be read is refused', () => {
  for (const marker of [
    'extra ==',
    '("a" in extras',
    '"a" in extras)',
    'extra == "a" and',
    `${'('.repeat(40)}extra == "a"${')'.repeat(40)}`,
    `extra == "${'a'.repeat(30_000)}"`,
  ]) {
    expect(() => select(marker)).toThrow(expect.objectContaining({ code: 'WP-LOCKFILE-INVALID' }));
  }
});

test('never ends in anything but a refusal', () => {
  const word = fc.constantFrom(
    'extra',
    'extras',
    'dependency_groups',
    '"a"',
    "'b'",
    '==',
    'in',
    'not',
    'and',
    'or',
    '(',
    ')',
    'os_name',
    '§',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      try {
        select(words.join(' '), ['a']);
      } catch (error) {
        expect(asRefusal(error, '').code).toBe('WP-LOCKFILE-INVALID');
      }
    }),
  );
});
