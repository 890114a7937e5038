// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlobStore } from '../../../src/core/blob-store.ts';
import { BLOB_BACKENDS } from '../../../src/storage/index.ts';
import { temporaryPlace } from './place.ts';

const hex = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');
const sha256 = (bytes: Uint8Array): string => hex('sha256', bytes);
const WHEEL = Buffer.from('the bytes of a wheel');

async function put(store: BlobStore, bytes: Uint8Array): Promise<string> {
  const draft = await store.draft();
  await draft.write(bytes);
  await draft.publish(sha256(bytes));
  return sha256(bytes);
}

async function readAll(store: BlobStore, address: string): Promise<Buffer | null> {
  const blob = await store.open(address);
  if (blob === null) return null;
  try {
    return Buffer.from(await blob.read(0, blob.size));
  } finally {
    await blob.close();
  }
}

test('the suite runs over every backend', () => {
  expect(BLOB_BACKENDS.map(({ name }) => name)).toEqual(['memory', 'filesystem']);
});

describe.each(BLOB_BACKENDS)('blob store: $name', (backend) => {
  test('what was published is read back, at any place', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const address = await put(store, WHEEL);
    expect(await store.has(address)).toBe(true);
    const blob = await store.open(address, ['md5', 'sha512', 'blake2b_256', 'no-such']);
    expect(blob?.size).toBe(WHEEL.length);
    expect(blob?.digests).toEqual({
      sha256: address,
      md5: hex('md5', WHEEL),
      sha512: hex('sha512', WHEEL),
    });
    expect(Buffer.from((await blob?.read(4, 5)) ?? []).toString()).toBe('bytes');
    expect(Buffer.from((await blob?.read(15, 100)) ?? []).toString()).toBe('wheel');
    expect(await blob?.read(1000, 5)).toHaveLength(0);
    await blob?.close();
    await blob?.close();
  });

  test('a draft is nobody’s until it is published', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const draft = await store.draft();
    await draft.write(WHEEL);
    expect(await store.has(sha256(WHEEL))).toBe(false);
    expect(await store.open(sha256(WHEEL))).toBeNull();
    await draft.publish(sha256(WHEEL));
    expect(await store.has(sha256(WHEEL))).toBe(true);
  });

  test('a draft is readable while it grows, and tells its digests so far', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const draft = await store.draft(['sha1', 'blake2b_256']);
    await draft.write(Buffer.from('abc'));
    expect(draft.written).toBe(3);
    expect(Buffer.from(await draft.read(1, 10)).toString()).toBe('bc');
    expect(await draft.read(3, 1)).toHaveLength(0);
    expect(draft.digests().sha256).toBe(sha256(Buffer.from('abc')));
    await draft.write(Buffer.from('def'));
    expect(Buffer.from(await draft.read(2, 3)).toString()).toBe('cde');
    const whole = Buffer.from('abcdef');
    expect(draft.digests()).toEqual({ sha256: sha256(whole), sha1: hex('sha1', whole) });
    await draft.discard();
  });

  test('what lies in memory as a whole is what is read, and stays so', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const draft = await store.draft();
    await draft.write(WHEEL);
    const whole = draft.whole();
    expect(whole).toEqual(WHEEL);
    await draft.publish(sha256(WHEEL));
    const blob = await store.open(sha256(WHEEL));
    expect(blob?.whole ?? WHEEL).toEqual(WHEEL);
    await blob?.close();
    expect(whole).toEqual(WHEEL);
    const pieces = await store.draft();
    await pieces.write(WHEEL);
    await pieces.write(WHEEL);
    const both = Buffer.concat([WHEEL, WHEEL]);
    expect(Buffer.from(pieces.whole() ?? both)).toEqual(both);
    await pieces.discard();
  });

  test('bytes are never published under another address', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const draft = await store.draft();
    await draft.write(WHEEL);
    const other = sha256(Buffer.from('other'));
    await expect(draft.publish(other)).rejects.toMatchObject({ code: 'WP-STATE-DAMAGED' });
    expect(await store.has(other)).toBe(false);
    expect(await store.has(sha256(WHEEL))).toBe(false);
    await draft.discard();
  });

  test('discarded and quarantined drafts never become visible, and ending twice is harmless', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    for (const end of ['discard', 'quarantine'] as const) {
      const draft = await store.draft();
      await draft.write(WHEEL);
      await draft[end]('refused');
      await draft.discard();
      await draft.quarantine('again');
      await expect(draft.publish(sha256(WHEEL))).rejects.toMatchObject({ code: 'WP-STATE-DISK' });
      await expect(draft.write(WHEEL)).rejects.toMatchObject({ code: 'WP-STATE-DISK' });
    }
    expect(await store.has(sha256(WHEEL))).toBe(false);
  });

  test('ending a published draft leaves the blob', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const draft = await store.draft();
    await draft.write(WHEEL);
    await draft.publish(sha256(WHEEL));
    await draft.discard();
    await draft.quarantine('too late');
    expect(await readAll(store, sha256(WHEEL))).toEqual(WHEEL);
  });

  test('twenty drafts of the same bytes at once end in one blob', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const all = await Promise.all(Array.from({ length: 20 }, () => put(store, WHEEL)));
    expect(new Set(all).size).toBe(1);
    expect(await readAll(store, sha256(WHEEL))).toEqual(WHEEL);
  });

  test('an empty file is a file', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const address = await put(store, Buffer.alloc(0));
    expect(await readAll(store, address)).toEqual(Buffer.alloc(0));
  });

  test.each(['', 'abc', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(64)}\n`])(
    'nothing is at the address %j',
    async (address) => {
      using place = temporaryPlace();
      const store = await backend.open(place.path);
      expect(await store.has(address)).toBe(false);
      expect(await store.open(address)).toBeNull();
    },
  );

  test.runIf(backend.durable)('what was published is there when opened again', async () => {
    using place = temporaryPlace();
    const address = await put(await backend.open(place.path), WHEEL);
    expect(await readAll(await backend.open(place.path), address)).toEqual(WHEEL);
  });

  test('whatever the pieces, the same bytes come back (property)', async () => {
    using place = temporaryPlace();
    const store = await backend.open(place.path);
    const pieces = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        const whole = Buffer.concat(chunks);
        const draft = await store.draft();
        for (const chunk of chunks) await draft.write(chunk);
        expect(Buffer.from(await draft.read(0, whole.length))).toEqual(whole);
        await draft.publish(sha256(whole));
        expect(await readAll(store, sha256(whole))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});
