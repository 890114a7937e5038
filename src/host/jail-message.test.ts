// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeObstacle, readJailMessage } from './jail-message.ts';

it('takes the words of the launcher, and nothing else', () => {
  expect(readJailMessage({ held: 'landlock' })).toStrictEqual({ held: 'landlock' });
  expect(readJailMessage({ unable: 'map', errno: 1 })).toStrictEqual({ unable: 'map', errno: 1 });
  for (const other of [{ held: 'none' }, { held: 1 }, { unable: 1 }, null, 'held', [], 7]) {
    expect(readJailMessage(other)).toBeNull();
  }
});

it('makes a clause of whatever it is told', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string(), fc.integer(), (any, unable, errno) => {
      readJailMessage(any);
      expect(describeObstacle('namespace', { unable, errno })).toMatch(/^namespace: /u);
    }),
  );
  expect(describeObstacle('landlock', { unable: 'landlock', errno: 38 })).toBe(
    'landlock: Landlock is not in this kernel (ENOSYS)',
  );
  expect(describeObstacle('landlock', { unable: 'abi', errno: 0 })).not.toContain('(E');
});
