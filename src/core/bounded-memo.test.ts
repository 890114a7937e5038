// SPDX-License-Identifier: Apache-2.0
import { expect, test, vi } from 'vitest';
import { memoised } from './bounded-memo.ts';

test('what was read is not read again, until there is too much of it', () => {
  const read = vi.fn((text: string) => (text === '' ? null : text.length));
  const lengthOf = memoised({ answers: 2, characters: 256 }, read);
  expect(['', '', 'a', 'a', 'bb', 'a'].map(lengthOf)).toEqual([null, null, 1, 1, 2, 1]);
  expect(read.mock.calls.flat()).toEqual(['', 'a', 'bb', 'a']);
});

test('nothing is kept of a long text', () => {
  const read = vi.fn((text: string) => text.length);
  const lengthOf = memoised({ answers: 2, characters: 256 }, read);
  expect([lengthOf('x'.repeat(300)), lengthOf('x'.repeat(300))]).toEqual([300, 300]);
  expect(read).toHaveBeenCalledTimes(2);
});
