// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { passedPipArguments } from './passed-arguments.ts';

it.each([
  ['--proxy ""', '--proxy'],
  ['--prox=x', '--proxy'],
  ['-v --isolated', '--isolated'],
  ['--cache-dir /x', '--cache-dir'],
  ['--find-links ./here', 'a place on this machine'],
  ['-i file:///x', 'a place on this machine'],
])('%s is refused for %s', (text, what) => {
  const [found] = passedPipArguments(text, 'words');
  expect(found?.code).toBe('WP-BYPASS-CONFIG');
  expect(found?.message).toBe(`words hands ${what} on to pip, which leads it past the gate`);
});

it.each(['', '--no-binary good', '--extra-index-url https://x.test/simple/', '-v --pre'])(
  '%s passes',
  (text) => {
    expect(passedPipArguments(text, 'words')).toStrictEqual([]);
  },
);
