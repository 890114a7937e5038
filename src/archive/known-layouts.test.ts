// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeWheel } from '../../test/world/wheel.ts';
import { KnownLayouts, openWheelFiles, openZip, readWheel } from './index.ts';

function held(name: string) {
  const { filename, bytes } = makeWheel({ name, version: '1.0' });
  const told = { reads: 0 };
  const file = {
    size: bytes.length,
    digests: { sha256: createHash('sha256').update(bytes).digest('hex') },
    async read(position: number, length: number) {
      told.reads += 1;
      return bytes.subarray(position, position + length);
    },
  };
  return { filename, file, told };
}

test('what was taken apart once is read again without its directory', async () => {
  const layouts = new KnownLayouts();
  const first = held('good');
  await readWheel(first.filename, first.file, layouts);
  const anew = held('good');
  const wheel = await openWheelFiles(anew.filename, anew.file);
  const again = held('good');
  const known = await openWheelFiles(again.filename, again.file, layouts);
  expect(again.told.reads).toBe(1); // its RECORD
  expect(anew.told.reads).toBeGreaterThan(1);
  expect([known.distInfo, known.members]).toEqual([wheel.distInfo, wheel.members]);
  expect(await known.read('good/__init__.py')).toEqual(await wheel.read('good/__init__.py'));
});

test('other bytes are other archives', async () => {
  const layouts = new KnownLayouts();
  const first = held('good');
  await openZip(first.filename, first.file, layouts);
  const other = held('other');
  const { entries } = await openZip(first.filename, other.file, layouts);
  expect(entries.map(({ name }) => name)).toContain('other/__init__.py');
});

test('what a known entry holds is checked all the same', async () => {
  const layouts = new KnownLayouts();
  const { filename, file } = held('good');
  await openZip(filename, file, layouts);
  const changed = {
    ...file,
    read: async (position: number, length: number) => {
      const bytes = Buffer.from(await file.read(position, length));
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
      return bytes;
    },
  };
  const zip = await openZip(filename, changed, layouts);
  for (const entry of zip.entries)
    await expect(zip.read(entry, 1_000_000)).rejects.toMatchObject({
      code: 'WP-ARCHIVE-MALFORMED',
    });
});

test('so many entries are kept, and no more', async () => {
  const [first, second] = [held('good'), held('other')];
  const { entries } = await openZip(first.filename, first.file);
  const layouts = new KnownLayouts(entries.length);
  await openZip(first.filename, first.file, layouts);
  await openZip(first.filename, first.file, layouts);
  await openZip(second.filename, second.file, layouts);
  expect(layouts.recall(first.file.digests.sha256)).toHaveLength(entries.length);
  expect(layouts.recall(second.file.digests.sha256)).toBeNull();
});

test('of entries with long names fewer are kept', async () => {
  const { filename, file } = held('good');
  const { entries } = await openZip(filename, file);
  const long = entries.map((entry) => ({ ...entry, name: 'n'.repeat(4096) }));
  const layouts = new KnownLayouts(10 * entries.length);
  layouts.keep('long', long);
  layouts.keep('usual', entries);
  expect([layouts.recall('long'), layouts.recall('usual')]).toEqual([null, entries]);
});

test('what is refused is not known', async () => {
  const layouts = new KnownLayouts();
  const { filename, file } = held('good');
  const cut = { ...file, size: file.size - 1 };
  await expect(openZip(filename, cut, layouts)).rejects.toMatchObject({
    code: 'WP-ARCHIVE-MALFORMED',
  });
  expect(layouts.recall(file.digests.sha256)).toBeNull();
});
