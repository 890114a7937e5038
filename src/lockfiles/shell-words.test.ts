// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { splitShellWords } from './shell-words.ts';

// The right column is what Python's shlex.split answers.
it.each<[string, readonly string[] | null]>([
  ['', []],
  ['  a  b\tc ', ['a', 'b', 'c']],
  [`-i "https://x y" 'z'`, ['-i', 'https://x y', 'z']],
  [`a"b"'c'd`, ['abcd']],
  [`"" ''`, ['', '']],
  [String.raw`a\ b "\"" '\' "\n"`, ['a b', '"', '\\', String.raw`\n`]],
  ['a#b #c', ['a#b', '#c']],
  [`"open`, null],
  [`'open`, null],
  ['end\\', null],
])('%s', (text, words) => {
  expect(splitShellWords(text)).toStrictEqual(words);
});
