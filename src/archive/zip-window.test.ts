// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeZip } from '../../test/world/zip.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { openZip } from './index.ts';

/** On a disk: each read brings a place of its own, and no more than was asked for. */
function onDisk(bytes: Uint8Array, told = { bytes: 0 }): HeldBytes {
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    const part = new Uint8Array(bytes.subarray(position, position + length));
    told.bytes += part.length;
    return part;
  };
  return { size: bytes.length, digests: { sha256: '' }, read };
}

async function saidOf(file: HeldBytes): Promise<unknown> {
  try {
    const { entries } = await openZip('good-1.0.zip', file);
    return entries.map(({ name, dataAt, packed }) => [name, dataAt, packed]);
  } catch (thrown) {
    if (thrown instanceof Refusal) return [thrown.code, thrown.message];
    throw thrown;
  }
}

const entries = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,9}(?:\/[a-z]{1,900})?$/u),
    size: fc.oneof(fc.nat(300), fc.nat(100_000), fc.constant(300_000)),
  }),
  { selector: ({ name }) => name, maxLength: 8 },
);

test('a file is judged alike in memory and on a disk, whatever byte of it is another (property)', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.option(fc.nat()), fc.nat(255), async (some, place, value) => {
      const zip = writeZip(
        some.map(({ name, size }) => ({ name, data: Buffer.alloc(size, name) })),
      );
      if (place !== null) zip[place % zip.length] = value;
      const read = onDisk(zip);
      expect(await saidOf(read)).toEqual(await saidOf({ ...read, whole: zip }));
    }),
    { numRuns: 150 },
  );
});

test('what lies between headers far from each other is not read', async () => {
  const large = ['a', 'b', 'c', 'd'].map((name) => ({ name, data: Buffer.alloc(500_000) }));
  const told = { bytes: 0 };
  await openZip('good-1.0.zip', onDisk(writeZip(large), told));
  expect(told.bytes).toBeLessThan(150_000);
});

test('what is read of a file in memory holds on to nothing else of it', async () => {
  const members = [
    { name: 'small', data: Buffer.from('kept') },
    { name: 'large', data: Buffer.alloc(100_000) },
  ];
  for (const deflate of [false, true]) {
    const zip = writeZip(members.map((member) => ({ ...member, deflate })));
    const archive = await openZip('good-1.0.zip', { ...onDisk(zip), whole: zip });
    const [small] = archive.entries;
    const kept = small === undefined ? null : await archive.read(small, 1_000);
    expect(Buffer.from(kept ?? []).toString()).toBe('kept');
    expect(kept?.buffer.byteLength).toBeLessThan(100_000);
  }
});
