// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isWritableByOthers } from './file-writers.ts';

test.each([
  [0o644, 1000, 1000, false],
  [0o664, 1000, 1000, false],
  [0o664, 1000, 100, true],
  [0o664, 0, 0, false],
  [0o664, 0, 1000, true],
  [0o602, 1000, 1000, true],
  [0o666, 1000, 100, true],
])('mode %o of user %i and group %i: %s', (mode, uid, gid, expected) => {
  expect(isWritableByOthers({ mode, uid, gid })).toBe(expected);
});
