// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { OVERLOAD_WAITS_MS, RETRY_WAITS_MS } from './limits.ts';
import { Tries, waitAfter } from './tries.ts';

describe('tries', () => {
  test('are counted for each address on the way', () => {
    const tries = new Tries();
    expect(tries.most).toBe(0);
    tries.of('https://index.example/a').made += 1;
    tries.of('https://files.example/a').made += 1;
    tries.of('https://files.example/a').made += 1;
    expect(tries.of('https://index.example/a').made).toBe(1);
    expect(tries.most).toBe(2);
  });
});

describe('the wait before the next try', () => {
  test.each([[RETRY_WAITS_MS], [OVERLOAD_WAITS_MS]])('grows, however it falls (%j)', (waits) => {
    for (let made = 1; made < waits.length; made += 1) {
      const longest = waitAfter(made, waits, () => 1);
      expect(longest).toBeLessThanOrEqual(waitAfter(made + 1, waits, () => 0));
    }
  });

  test('is spread to either side, and the last one stays', () => {
    expect(waitAfter(1, [100, 400], () => 0)).toBe(50);
    expect(waitAfter(1, [100, 400], () => 0.5)).toBe(100);
    expect(waitAfter(2, [100, 400], () => 1)).toBe(600);
    expect(waitAfter(9, [100, 400], () => 0.5)).toBe(400);
    expect(waitAfter(1, [])).toBe(0);
  });
});
