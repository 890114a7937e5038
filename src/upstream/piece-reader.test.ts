// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MIB } from '../core/limits.ts';
import { PieceReader } from './piece-reader.ts';

test('every piece comes once, in its order, none joined; then the end', async () => {
  const sent = [1, 2, 3].map((value) => Buffer.alloc(5, value));
  const reader = new PieceReader(Readable.from(sent, { objectMode: false }));
  const got: Uint8Array[] = [];
  for (let piece = await reader.next(); piece !== null; piece = await reader.next())
    got.push(piece);
  expect(got).toEqual(sent);
  expect(await reader.next()).toBeNull();
});

test('a reader that takes its time holds the sender back', async () => {
  let made = 0;
  const stream = new Readable({
    highWaterMark: 1,
    read() {
      made += 1;
      this.push(Buffer.alloc(MIB / 4));
    },
  });
  const reader = new PieceReader(stream);
  await reader.next();
  for (let round = 0; round < 50; round++) await turn();
  expect(made).toBeLessThan(12);
  for (let round = 0; round < 40; round++) await reader.next();
  expect(made).toBeGreaterThan(40);
  stream.destroy();
});

test('what came before a failure comes first; then the failure, to whoever asks next', async () => {
  const stream = new Readable({ read: () => undefined });
  const reader = new PieceReader(stream);
  const first = reader.next();
  stream.push('abc');
  expect(Buffer.from((await first) ?? []).toString()).toBe('abc');
  stream.destroy(new Error('reset'));
  await expect(reader.next()).rejects.toThrow('reset');
});

test('a stream that is closed without a word has not ended', async () => {
  const stream = new Readable({ read: () => undefined });
  const waiting = new PieceReader(stream).next();
  stream.destroy();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
});
