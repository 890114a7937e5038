// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { HeldBytes } from '../core/bytes.ts';
import type { VerdictCache } from '../core/verdict-cache.ts';
import { writeZip } from '../../test/world/zip.ts';
import { WheelReadings } from './wheel-readings.ts';

const NAME = 'good-1.0-py3-none-any.whl';
const METADATA = Buffer.from([
  ...Buffer.from('Metadata-Version: 2.1\nName: good\nVersion: 1.0\n\n'),
  0xff, // no UTF-8
]);
const WHEEL = writeZip([{ name: 'good-1.0.dist-info/METADATA', data: METADATA }]);
const UNREADABLE = Buffer.concat([WHEEL, Buffer.from('x')]);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Counts how often somebody looks into the bytes. */
function held(bytes: Uint8Array) {
  const told = { reads: 0 };
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    told.reads += 1;
    return bytes.subarray(position, position + length);
  };
  const file: HeldBytes = { size: bytes.length, digests: { sha256: sha256(bytes) }, read };
  return { told, file };
}

function open(kept = new Map<string, string>()) {
  const cache: VerdictCache = {
    recall: async (key) => kept.get(key) ?? null,
    keep: async (key, text) => void kept.set(key, text),
    close: async () => {},
  };
  return { kept, readings: (toolVersion = '1') => new WheelReadings({ cache, toolVersion }) };
}

describe('what a wheel says of itself', () => {
  test('is read once in a run', async () => {
    const readings = new WheelReadings();
    const first = await readings.read(NAME, held(WHEEL).file);
    expect(first).toMatchObject({ name: 'good', version: '1.0' });
    expect(Buffer.from(first.metadata)).toEqual(METADATA);
    const again = held(WHEEL);
    expect(await readings.read(NAME, again.file)).toBe(first);
    expect(again.told.reads).toBe(0);
    expect(await readings.recall(NAME, sha256(WHEEL))).toBe(first);
    expect(await new WheelReadings().recall(NAME, sha256(WHEEL))).toBeNull();
  });

  test('is known to later runs byte by byte, once this one has ended', async () => {
    const { kept, readings } = open();
    const first = readings();
    await first.read(NAME, held(WHEEL).file);
    expect(kept.size).toBe(0);
    await first.close();
    const found = await readings().recall(NAME, sha256(WHEEL));
    expect(found).toMatchObject({ name: 'good', metadataSha256: sha256(METADATA) });
    expect(Buffer.from(found?.metadata ?? [])).toEqual(METADATA);
    const again = held(WHEEL);
    expect(await readings().read(NAME, again.file)).toEqual(found);
    expect(again.told.reads).toBe(0);
  });

  test.each<[string, string, Uint8Array, string]>([
    [
      'other bytes',
      NAME,
      writeZip([
        { name: 'good-1.0.dist-info/METADATA', data: METADATA },
        { name: 'a', data: METADATA },
      ]),
      '1',
    ],
    ['another file name', 'good-1.0-cp314-none-any.whl', WHEEL, '1'],
    ['another version of this program', NAME, WHEEL, '2'],
  ])('is not what it is of %s', async (_, filename, bytes, version) => {
    const { readings } = open();
    const first = readings();
    await first.read(NAME, held(WHEEL).file);
    await first.close();
    const other = held(bytes);
    expect(await readings(version).recall(filename, other.file.digests.sha256)).toBeNull();
    await readings(version).read(filename, other.file);
    expect(other.told.reads).toBeGreaterThan(0);
  });

  test('is not kept of a wheel that was refused', async () => {
    const { kept, readings } = open();
    const first = readings();
    for (const _ of [1, 2]) {
      const refused = held(UNREADABLE);
      await expect(first.read(NAME, refused.file)).rejects.toMatchObject({
        code: 'WP-ARCHIVE-MALFORMED',
      });
      expect(refused.told.reads).toBeGreaterThan(0);
    }
    const foreign = first.read('evil-1.0-py3-none-any.whl', held(WHEEL).file);
    await expect(foreign).rejects.toMatchObject({ code: 'WP-ARCHIVE-IDENTITY' });
    await first.close();
    expect(kept.size).toBe(0);
  });

  test('is read anew where what was kept is no metadata', async () => {
    const { kept, readings } = open();
    const first = readings();
    await first.read(NAME, held(WHEEL).file);
    await first.close();
    for (const key of kept.keys()) kept.set(key, 'nothing');
    expect(await readings().recall(NAME, sha256(WHEEL))).toBeNull();
  });
});
