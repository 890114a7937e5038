// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GATHERED_BYTES, GATHERED_MS } from '../core/limits.ts';
import { GatheredChunks } from './gathered-chunks.ts';

test('every byte comes out once, in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), fc.array(fc.nat(60)), (chunks, ms) => {
      let now = 0;
      const gathered = new GatheredChunks(() => now);
      const out: Uint8Array[] = [];
      for (const [at, chunk] of chunks.entries()) {
        now += ms[at] ?? 0;
        out.push(...gathered.push(chunk));
      }
      out.push(...gathered.rest());
      expect(Buffer.concat(out)).toEqual(Buffer.concat(chunks));
      expect(gathered.rest()).toHaveLength(0);
    }),
  );
});

test('so many bytes are due, and what has waited so long', () => {
  let now = 0;
  const gathered = new GatheredChunks(() => now);
  const sizes = (chunks: readonly Uint8Array[]): readonly number[] =>
    chunks.map(({ length }) => length);
  expect(gathered.push(new Uint8Array(GATHERED_BYTES - 1))).toEqual([]);
  expect(sizes(gathered.push(new Uint8Array(1)))).toEqual([GATHERED_BYTES - 1, 1]);
  expect(gathered.push(new Uint8Array(1))).toEqual([]);
  now += GATHERED_MS;
  expect(sizes(gathered.push(new Uint8Array(2)))).toEqual([1, 2]);
});
