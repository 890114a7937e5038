// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRange } from './byte-range.ts';

describe('parseRange', () => {
  test.each([
    [undefined, 10, { part: 'whole' }],
    ['bytes=0-', 10, { part: 'range', start: 0, end: 10 }],
    ['bytes=2-4', 10, { part: 'range', start: 2, end: 5 }],
    ['Bytes = 2-4 ', 10, { part: 'range', start: 2, end: 5 }],
    ['bytes=8-99', 10, { part: 'range', start: 8, end: 10 }],
    ['bytes=-3', 10, { part: 'range', start: 7, end: 10 }],
    ['bytes=-99', 10, { part: 'range', start: 0, end: 10 }],
    ['bytes=10-', 10, { part: 'unsatisfiable' }],
    ['bytes=99999999999999999999999-', 10, { part: 'unsatisfiable' }],
    ['bytes=-0', 10, { part: 'unsatisfiable' }],
    ['bytes=0-', 0, { part: 'unsatisfiable' }],
    ['bytes=5-2', 10, { part: 'whole' }],
    ['bytes=-', 10, { part: 'whole' }],
    ['bytes=1-2,4-5', 10, { part: 'whole' }],
    ['items=1-2', 10, { part: 'whole' }],
    ['bytes=0x1-2', 10, { part: 'whole' }],
  ])('%s of %d bytes', (header, size, expected) => {
    expect(parseRange(header, size)).toEqual(expected);
  });

  test('a range names the same bytes as a slice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(300), fc.nat(300), (bytes, a, b) => {
        const whole = [...bytes];
        const both = parseRange(`bytes=${a}-${b}`, whole.length);
        const expected = whole.slice(a, b + 1);
        if (b < a) expect(both.part).toBe('whole');
        else if (expected.length === 0) expect(both.part).toBe('unsatisfiable');
        else expect(cut(whole, both)).toEqual(expected);
        if (b > 0)
          expect(cut(whole, parseRange(`bytes=-${b}`, whole.length))).toEqual(whole.slice(-b));
      }),
    );
  });

  test('whatever the header says, the part lies inside the file', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(50), (noise, size) => {
        for (const header of [noise, `bytes=${noise}`, `bytes=${noise}-`]) {
          const found = parseRange(header, size);
          if (found.part !== 'range') continue;
          expect(found.start).toBeGreaterThanOrEqual(0);
          expect(found.start).toBeLessThan(found.end);
          expect(found.end).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});

function cut(bytes: readonly number[], part: ReturnType<typeof parseRange>): readonly number[] {
  return part.part === 'range' ? bytes.slice(part.start, part.end) : [];
}
