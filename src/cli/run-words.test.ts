// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { installersHere } from './installers.ts';
import { knownBehindRun } from './run-words.ts';

it.each([
  ['run -- pip install x', 'pip install x'],
  ['run poetry lock', 'poetry lock'],
  ['run -- python3 -m pip install x', 'python3 -m pip install x'],
  ['run -- make install', 'run -- make install'],
  ['run -- run -- pip list', 'run -- run -- pip list'],
  ['run', 'run'],
  ['uv run pip list', 'uv run pip list'],
])('%s', (words, held) => {
  expect(knownBehindRun(words.split(' '), installersHere())).toStrictEqual(held.split(' '));
});
