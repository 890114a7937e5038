// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AT_HAND_BYTES } from '../core/limits.ts';
import { RecentBytes } from './recent-bytes.ts';

const sizes = fc.array(fc.integer({ min: 1, max: AT_HAND_BYTES / 4 }), { maxLength: 12 });

test('what is there is what was written at that place, and the last bytes are there (property)', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (lengths, from, count) => {
      const recent = new RecentBytes();
      const chunks = lengths.map((length, place) => Buffer.alloc(length, place + 1));
      for (const chunk of chunks) recent.push(chunk);
      const whole = Buffer.concat(chunks);
      const position = from % (whole.length + 1);
      const length = count % (whole.length - position + 1);
      const expected = whole.subarray(position, position + length);
      const pieces = Buffer.concat(recent.pieces(position, length));
      expect(expected.subarray(0, pieces.length).equals(pieces)).toBe(true);
      if (position >= whole.length - AT_HAND_BYTES) expect(pieces).toHaveLength(length);
      const exact = recent.read(position, length);
      if (exact !== null) expect(expected.equals(exact)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('no more is kept than is said, and nothing after the end', () => {
  const recent = new RecentBytes();
  for (let round = 0; round < 10; round++) recent.push(Buffer.alloc(AT_HAND_BYTES / 2));
  expect(recent.pieces(0, 1)).toEqual([]);
  expect(recent.read(3.5 * AT_HAND_BYTES, AT_HAND_BYTES)).toBeNull();
  expect(recent.read(4 * AT_HAND_BYTES, AT_HAND_BYTES)).toHaveLength(AT_HAND_BYTES);
  recent.clear();
  expect(recent.pieces(4 * AT_HAND_BYTES, 1)).toEqual([]);
});
