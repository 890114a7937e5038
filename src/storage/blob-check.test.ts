// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFilesystemBlobStore } from './filesystem-blob-store.ts';

const SOUND = Buffer.from('the bytes of a wheel');
const DAMAGED = Buffer.from('THE bytes of a wheel');
const ADDRESS = createHash('sha256').update(SOUND).digest('hex');

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'wheelproof-blobs-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const newer = (): string => join(place, 'sha256', ADDRESS);
const older = (): string => join(place, 'sha256', ADDRESS.slice(0, 2), ADDRESS);

test.each([
  [SOUND, DAMAGED, ['sound', 'damaged']],
  [DAMAGED, SOUND, ['damaged', 'sound']],
  [DAMAGED, DAMAGED, ['damaged', 'damaged']],
])('a look at one place says nothing of the other (%#)', async (inNewer, inOlder, told) => {
  const store = await openFilesystemBlobStore(place);
  mkdirSync(dirname(older()), { mode: 0o700 });
  writeFileSync(newer(), inNewer);
  writeFileSync(older(), inOlder);
  expect([await store.check(newer()), await store.check(older())]).toEqual(told);
  const aside = told.filter((one) => one === 'damaged').length;
  expect(readdirSync(join(place, 'quarantine'))).toHaveLength(2 * aside);
  const again = await openFilesystemBlobStore(place);
  expect(await again.has(ADDRESS)).toBe(told.includes('sound'));
});

test('what another run has removed is no damage', async () => {
  const store = await openFilesystemBlobStore(place);
  expect(await store.check(newer())).toBe('gone');
});
