// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { HeldBytes } from '../core/bytes.ts';
import { AT_HAND_BYTES, AT_HAND_TOTAL_BYTES } from '../core/limits.ts';
import { BytesAtHand } from './bytes-at-hand.ts';

function held(size: number): HeldBytes {
  const bytes = Buffer.alloc(size, 1);
  const read = async (position: number, length: number): Promise<Uint8Array> =>
    bytes.subarray(position, position + length);
  return { size, digests: { sha256: 'a'.repeat(64) }, read };
}

test('what was judged is handed out, until somebody is done with it', async () => {
  const kept = await new BytesAtHand().keep(held(10));
  const [first, second] = [kept?.open(), kept?.open()];
  expect(await first?.read(8, 10)).toHaveLength(2);
  await first?.close();
  expect(await second?.read(0, 10)).toHaveLength(10);
  expect(kept?.open()).toBeNull();
});

test('large files are the store’s, and so are those that are too many', async () => {
  const atHand = new BytesAtHand();
  expect(await atHand.keep(held(AT_HAND_BYTES + 1))).toBeNull();
  const kept = [];
  for (let size = 0; size < AT_HAND_TOTAL_BYTES; size += AT_HAND_BYTES) {
    kept.push(await atHand.keep(held(AT_HAND_BYTES)));
  }
  expect(kept.every((one) => one !== null)).toBe(true);
  expect(await atHand.keep(held(1))).toBeNull();
  kept[0]?.letGo();
  kept[0]?.letGo();
  expect(await atHand.keep(held(AT_HAND_BYTES))).not.toBeNull();
  expect(await atHand.keep(held(1))).toBeNull();
});

test('what cannot be read takes no place', async () => {
  const atHand = new BytesAtHand();
  const broken: HeldBytes = {
    ...held(AT_HAND_BYTES),
    read: async () => Promise.reject(new Error('EIO')),
  };
  for (let round = 0; round < 100; round++)
    await expect(atHand.keep(broken)).rejects.toThrow('EIO');
  expect(await atHand.keep(held(1))).not.toBeNull();
});

test('what lies in memory as a whole is not copied, unless more would be kept than it takes', async () => {
  const own = new Uint8Array(new ArrayBuffer(10));
  const part = new Uint8Array(new ArrayBuffer(1000)).subarray(0, 10);
  const opened = async (whole: Uint8Array) =>
    (await new BytesAtHand().keep({ ...held(10), whole }))?.open()?.read(0, 10);
  expect((await opened(own))?.buffer).toBe(own.buffer);
  expect((await opened(part))?.buffer).not.toBe(part.buffer);
});
