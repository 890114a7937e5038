// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pace } from './pace.ts';
import { waitingLine } from './waiting.ts';

const NAME = 'demo-1.0-py3-none-any.whl';
const shown = (received: number, size: number | null, bytesPerSecond: number | null): string =>
  waitingLine({ filename: NAME, transfer: { received, size }, bytesPerSecond }, 100);

describe('the line for a file that is waited for', () => {
  test.each([
    [10e6, 30e6, 2e6, '10.0/30.0 MB  2.0 MB/s  0:10 left'],
    [10e6, 30e6, 50_000, '10.0/30.0 MB  50 kB/s  6:40 left'],
    [0, 20e6, 2_000, '0.0/20.0 MB  2 kB/s  2:46:40 left'],
    [0, 30e6, 1, '0.0/30.0 MB  0 kB/s  more than a day left'],
    [1e6, 30e6, 0, '1.0/30.0 MB  0 kB/s'],
    [1e6, 30e6, null, '1.0/30.0 MB'],
    [30e6, 30e6, 2e6, '30.0/30.0 MB  being verified'],
    [10e6, null, 2e6, '10.0 MB  2.0 MB/s'],
  ])('%d of %s bytes at %s', (received, size, pace, figures) => {
    expect(shown(received, size, pace)).toBe(`wheelproof: ${NAME}  ${figures}`);
  });

  test('before the first byte', () => {
    const line = waitingLine({ filename: NAME, transfer: null, bytesPerSecond: null }, 80);
    expect(line).toBe(`wheelproof: ${NAME}  waiting`);
  });

  test('little room cuts the name, then leaves figures out', () => {
    const transfer = { received: 10e6, size: 30e6 };
    const at = (width: number): string =>
      waitingLine({ filename: NAME, transfer, bytesPerSecond: 2e6 }, width);
    expect(at(60)).toBe('wheelproof: demo-1.0-py3…  10.0/30.0 MB  2.0 MB/s  0:10 left');
    expect(at(50)).toBe('wheelproof: demo-1.0-py3-…  10.0/30.0 MB  2.0 MB/s');
  });

  test('is one line of the width, whatever the name', () => {
    const size = fc.nat(2 ** 40);
    const name = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(name, size, size, fc.integer({ min: 40, max: 200 }), (filename, a, b, width) => {
        const transfer = { received: Math.min(a, b), size: Math.max(a, b) };
        const line = waitingLine({ filename, transfer, bytesPerSecond: a }, width);
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('the pace', () => {
  test('is unknown before half a second has passed', () => {
    const pace = new Pace();
    expect(pace.bytesPerSecond).toBeNull();
    pace.mark(0, 0);
    pace.mark(499, 1_000);
    expect(pace.bytesPerSecond).toBeNull();
    pace.mark(500, 1_000);
    expect(pace.bytesPerSecond).toBe(2_000);
  });

  test('forgets what was more than five seconds ago', () => {
    const pace = new Pace();
    for (let second = 0; second <= 10; second++) pace.mark(second * 1_000, second * 100);
    for (let second = 11; second <= 16; second++) pace.mark(second * 1_000, 1_000);
    expect(pace.bytesPerSecond).toBe(0);
  });

  test('begins anew where the file does', () => {
    const pace = new Pace();
    pace.mark(0, 5_000);
    pace.mark(1_000, 10_000);
    pace.mark(2_000, 100);
    expect(pace.bytesPerSecond).toBeNull();
    pace.mark(3_000, 1_100);
    expect(pace.bytesPerSecond).toBe(1_000);
  });
});
