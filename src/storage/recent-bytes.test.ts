// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AT_HAND_BYTES } from '../core/limits.ts';
import { RecentBytes } from './recent-bytes.ts';

const nothing = (): void => undefined;
const sizes = fc.array(fc.integer({ min: 1, max: AT_HAND_BYTES / 4 }), { maxLength: 12 });

test('what is there is what was written at that place, and the last bytes are there (property)', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (lengths, from, count) => {
      const recent = new RecentBytes();
      const chunks = lengths.map((length, place) => Buffer.alloc(length, place + 1));
      for (const chunk of chunks) recent.push(chunk, nothing);
      const whole = Buffer.concat(chunks);
      const position = from % (whole.length + 1);
      const length = count % (whole.length - position + 1);
      const expected = whole.subarray(position, position + length);
      const isLate = position >= whole.length - AT_HAND_BYTES;
      const lent = recent.lend(position, length);
      if (lent !== null) {
        expect(lent.bytes.length).toBeGreaterThan(0);
        expect(expected.subarray(0, lent.bytes.length).equals(lent.bytes)).toBe(true);
      } else if (length > 0) expect(isLate).toBe(false);
      const exact = recent.read(position, length);
      if (exact !== null) expect(expected.equals(exact)).toBe(true);
      else expect(isLate && length > 0).toBe(false);
    }),
    { numRuns: 60 },
  );
});

test('a place is free once newer bytes have come and nobody has it on loan', () => {
  const recent = new RecentBytes();
  const freed: number[] = [];
  const push = (name: number): void =>
    recent.push(Buffer.alloc(AT_HAND_BYTES / 2), () => freed.push(name));
  push(1);
  push(2);
  const loans = [recent.lend(0, 5), recent.lend(7, 5)];
  push(3);
  push(4);
  expect(freed).toEqual([2]);
  expect(recent.lend(0, 1)).toBeNull();
  loans[0]?.giveBack();
  loans[0]?.giveBack();
  expect(freed).toEqual([2]);
  loans[1]?.giveBack();
  expect(freed).toEqual([2, 1]);
});

test('what is read is a copy, and what was on loan at the end is nobody else’s', () => {
  const recent = new RecentBytes();
  const bytes = Buffer.from('abc');
  let freed = 0;
  recent.push(bytes, () => (freed += 1));
  const copy = recent.read(0, 3);
  const lent = recent.lend(0, 3);
  recent.clear();
  lent?.giveBack();
  bytes.fill(0);
  expect(Buffer.from(copy ?? []).toString()).toBe('abc');
  expect(recent.lend(0, 1)).toBeNull();
  expect(freed).toBe(0);
});

test('one piece is the whole, two are not', () => {
  const recent = new RecentBytes();
  expect(recent.whole()).toBeNull();
  const first = Buffer.from('first');
  recent.push(first, nothing);
  expect(recent.whole()).toBe(first);
  recent.push(Buffer.alloc(AT_HAND_BYTES), nothing);
  expect(recent.whole()).toBeNull();
});
