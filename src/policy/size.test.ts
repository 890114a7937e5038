// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { formatSize } from './size.ts';

it.each([
  [10 * 1024 ** 3, '10GiB'],
  [1024 ** 4, '1TiB'],
  [3 * 1024 ** 2, '3MiB'],
  [1536, '1536B'],
  [2048, '2KiB'],
  [0, '0B'],
])('%i bytes are written as a policy would: %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
