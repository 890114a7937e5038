// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseScript, settle } from './script.ts';

test('a script is a session and its files', () => {
  const text = '# why\n$ one | two\nout\n\n! err\n? 64\n\n$ three\n-- a/b.txt --\nx\n-- c --\n';
  expect(parseScript(text)).toEqual({
    steps: [
      { line: 2, command: 'one | two', stdout: ['out'], stderr: ['err'], exit: 64 },
      { line: 8, command: 'three', stdout: [], stderr: [], exit: 0 },
    ],
    files: { 'a/b.txt': 'x\n', c: '' },
  });
});

test.each<[readonly string[], string, boolean]>([
  [[], '', true],
  [[], 'more\n', false],
  [['a'], 'a\n', true],
  [['a'], 'a\nb\n', false],
  [['a…c.'], 'abbc.\n', true],
  [['a…c.'], 'abbcd\n', false],
  [['a', '…', 'd'], 'a\nb\nc\nd\n', true],
  [['a', '…', 'd'], 'a\nd\n', true],
  [['a', '…'], 'b\n', false],
  [['…'], '', true],
])('%j for %j: %s', (expected, printed, fits) => {
  const settled = settle(expected, printed);
  expect(settled === expected).toBe(fits);
});
