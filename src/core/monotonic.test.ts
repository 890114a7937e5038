// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { monotonicMs } from './monotonic.ts';

test('it never goes back, and tells milliseconds', () => {
  const [seconds] = process.hrtime();
  const told = Array.from({ length: 1_000 }, () => monotonicMs());
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(Math.abs((told[0] ?? 0) / 1000 - seconds)).toBeLessThan(60);
});

test('it loads nothing more of Node', () => {
  const script = `
    const { monotonicMs } = await import(${JSON.stringify(join(import.meta.dirname, 'monotonic.ts'))});
    monotonicMs();
    console.log(process.moduleLoadList.includes('NativeModule perf_hooks'));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
  expect(run.stdout.toString()).toBe('false\n');
});
