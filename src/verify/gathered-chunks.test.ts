// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GATHERED_BYTES, GATHERED_MS } from '../core/limits.ts';
import { GatheredChunks, type Chunk } from './gathered-chunks.ts';

const sizes = (chunks: readonly Chunk[]): readonly number[] =>
  chunks.map(({ bytes }) => bytes.length);

test('every byte comes out once, in its order, whatever is freed meanwhile', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 60 });
  const scale = fc.constantFrom(1, 1000);
  const expected = fc.option(fc.nat(20_000));
  fc.assert(
    fc.property(pieces, scale, expected, fc.array(fc.nat(60)), (few, times, size, ms) => {
      let now = 0;
      const gathered = new GatheredChunks(size, () => now);
      const sent = few.map((piece) => Buffer.concat(Array.from({ length: times }, () => piece)));
      const out: Uint8Array[] = [];
      const take = (chunks: readonly Chunk[]): void => {
        for (const { bytes, free } of chunks) {
          out.push(Buffer.from(bytes));
          bytes.fill(0);
          free();
        }
      };
      for (const [at, piece] of sent.entries()) {
        now += ms[at] ?? 0;
        take(gathered.push(piece));
      }
      take(gathered.rest());
      expect(Buffer.concat(out).equals(Buffer.concat(sent))).toBe(true);
      expect(gathered.rest()).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('so many bytes are due, and what has waited so long', () => {
  let now = 0;
  const gathered = new GatheredChunks(null, () => now);
  expect(gathered.push(new Uint8Array(GATHERED_BYTES - 1))).toEqual([]);
  expect(sizes(gathered.push(new Uint8Array(2)))).toEqual([GATHERED_BYTES]);
  now += GATHERED_MS;
  expect(sizes(gathered.push(new Uint8Array(2)))).toEqual([3]);
});

test('a place is used again once it is free, and no earlier', () => {
  const gathered = new GatheredChunks(null);
  const whole = new Uint8Array(GATHERED_BYTES);
  const [first] = gathered.push(whole);
  const [second] = gathered.push(whole);
  first?.free();
  const [third] = gathered.push(whole);
  expect(second?.bytes.buffer).not.toBe(first?.bytes.buffer);
  expect(third?.bytes.buffer).toBe(first?.bytes.buffer);
});

test('a small file takes no more than it needs', () => {
  const [chunk] = new GatheredChunks(10).push(new Uint8Array(10));
  expect(chunk?.bytes.buffer.byteLength).toBe(10);
});

test('a small file lies in one place as a whole', () => {
  const size = 3 * GATHERED_BYTES;
  const gathered = new GatheredChunks(size, () => 0);
  for (let sent = 0; sent < size - 1; sent += 1000) {
    const piece = new Uint8Array(Math.min(1000, size - 1 - sent));
    expect(gathered.push(piece)).toEqual([]);
  }
  expect(sizes(gathered.push(new Uint8Array(1)))).toEqual([size]);
});

test('a small file that comes slowly takes no more either', () => {
  let now = 0;
  const gathered = new GatheredChunks(1000, () => now);
  const chunks = Array.from({ length: 10 }, () => {
    now += GATHERED_MS;
    gathered.push(new Uint8Array(50));
    now += GATHERED_MS;
    return gathered.push(new Uint8Array(50));
  }).flat();
  expect(sizes(chunks)).toEqual(Array.from({ length: 10 }, () => 100));
  expect(new Set(chunks.map(({ bytes }) => bytes.buffer)).size).toBe(1);
});
