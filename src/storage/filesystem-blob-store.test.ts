// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../core/blob-store.ts';
import { AT_HAND_BYTES, KIB } from '../core/limits.ts';
import { newDraftName } from './draft-name.ts';
import { openFilesystemBlobStore, type FilesystemBlobOptions } from './filesystem-blob-store.ts';
import { realIo } from './blob-io.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const WHEEL = Buffer.from('the bytes of a wheel');
const ADDRESS = sha256(WHEEL);
/** The file system's word is believed of it once it was hashed. */
const LARGE = Buffer.alloc(AT_HAND_BYTES + 1, 7);

let place = '';
beforeEach(() => {
  place = join(mkdtempSync(join(tmpdir(), 'wheelproof-blobs-')), 'blobs');
});
afterEach(() => rmSync(dirname(place), { recursive: true, force: true }));

const open = (options?: FilesystemBlobOptions) => openFilesystemBlobStore(place, options);
const pathOf = (address: string): string => join(place, 'sha256', address);
const olderPathOf = (address: string): string =>
  join(place, 'sha256', address.slice(0, 2), address);
const inFolder = (name: string): string[] => readdirSync(join(place, name)).sort();
const openFiles = (): number => readdirSync('/proc/self/fd').length;

async function put(store: BlobStore, bytes: Uint8Array = WHEEL): Promise<void> {
  const draft = await store.draft();
  await draft.write(bytes);
  await draft.publish(sha256(bytes));
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('the folder', () => {
  test('holds blobs by their hash, for the owner alone', async () => {
    await put(await open());
    expect(readFileSync(pathOf(ADDRESS))).toEqual(WHEEL);
    expect(statSync(pathOf(ADDRESS)).mode & 0o777).toBe(0o600);
    for (const folder of ['.', 'sha256', 'drafts', 'quarantine']) {
      expect(statSync(join(place, folder)).mode & 0o777).toBe(0o700);
    }
    expect(inFolder('drafts')).toEqual([]);
  });

  test('K21: drafts of dead runs go at the next start, those of living ones stay', async () => {
    await open();
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const living = newDraftName();
    const dead = newDraftName().replace(`-${process.pid}-`, `-${pid}-`);
    writeFileSync(join(place, 'drafts', living), 'x');
    writeFileSync(join(place, 'drafts', dead), 'x');
    await open();
    expect(inFolder('drafts')).toEqual([living]);
  });
});

describe('the older layout, a folder for each first byte', () => {
  async function moveToOlder(bytes: Uint8Array = WHEEL): Promise<void> {
    const store = await open();
    await put(store, bytes);
    mkdirSync(dirname(olderPathOf(sha256(bytes))), { recursive: true, mode: 0o700 });
    renameSync(pathOf(sha256(bytes)), olderPathOf(sha256(bytes)));
  }

  test('what lies there is found', async () => {
    await moveToOlder();
    await moveToOlder(LARGE);
    const store = await open();
    for (const bytes of [WHEEL, LARGE]) {
      expect(await store.has(sha256(bytes))).toBe(true);
      const blob = await store.open(sha256(bytes));
      expect(Buffer.from((await blob?.read(0, bytes.length)) ?? [])).toEqual(bytes);
      await blob?.close();
    }
  });

  test('what was damaged there is moved away, and comes again', async () => {
    await moveToOlder();
    writeFileSync(olderPathOf(ADDRESS), 'bad');
    const store = await open();
    expect(await store.open(ADDRESS)).toBeNull();
    expect(await store.has(ADDRESS)).toBe(false);
    expect(inFolder('quarantine')).toHaveLength(2);
    await put(store);
    expect(readFileSync(pathOf(ADDRESS))).toEqual(WHEEL);
  });

  test('a sound one there serves where a damaged one lies in the new place', async () => {
    await moveToOlder();
    writeFileSync(pathOf(ADDRESS), 'bad');
    const blob = await (await open()).open(ADDRESS);
    expect(blob?.whole).toEqual(WHEEL);
    await blob?.close();
  });
});

describe('a damaged blob', () => {
  async function damage(work: () => void): Promise<BlobStore> {
    const store = await open();
    await put(store);
    const blob = await store.open(ADDRESS);
    await blob?.close();
    work();
    return store;
  }

  test.each([
    [
      'other bytes of the same length',
      () => writeFileSync(pathOf(ADDRESS), 'THE bytes of a wheel'),
    ],
    ['more bytes', () => appendFileSync(pathOf(ADDRESS), '!')],
    ['no bytes', () => writeFileSync(pathOf(ADDRESS), '')],
  ])('with %s is moved to quarantine and not found', async (_, work) => {
    const store = await damage(work);
    expect(await store.open(ADDRESS)).toBeNull();
    expect(await store.has(ADDRESS)).toBe(false);
    const [bytes = '', note = ''] = inFolder('quarantine');
    expect(bytes).toMatch(/\.bin$/u);
    expect(readFileSync(join(place, 'quarantine', note), 'utf8')).toContain(
      `expected sha256 ${ADDRESS}`,
    );
    await put(store);
    expect(await store.has(ADDRESS)).toBe(true);
  });

  test('is found even with its old time put back', async () => {
    const store = await damage(() => {
      const { atime, mtime } = statSync(pathOf(ADDRESS));
      writeFileSync(pathOf(ADDRESS), 'THE bytes of a wheel');
      utimesSync(pathOf(ADDRESS), atime, mtime);
    });
    expect(await store.open(ADDRESS)).toBeNull();
  });

  test('is replaced when the same bytes are published again', async () => {
    const store = await damage(() => writeFileSync(pathOf(ADDRESS), 'bad'));
    await put(store);
    expect(readFileSync(pathOf(ADDRESS))).toEqual(WHEEL);
    expect(inFolder('quarantine')).toHaveLength(2);
  });

  test('K15: a link in its place is never followed', async () => {
    const elsewhere = join(dirname(place), 'elsewhere');
    writeFileSync(elsewhere, WHEEL);
    const store = await damage(() => {
      rmSync(pathOf(ADDRESS));
      symlinkSync(elsewhere, pathOf(ADDRESS));
    });
    expect(await store.has(ADDRESS)).toBe(false);
    expect(await store.open(ADDRESS)).toBeNull();
    expect(readFileSync(elsewhere)).toEqual(WHEEL);
  });

  test('a folder in its place is moved away', async () => {
    const store = await damage(() => {
      rmSync(pathOf(ADDRESS));
      mkdirSync(pathOf(ADDRESS));
    });
    expect(await store.open(ADDRESS)).toBeNull();
    await put(store);
    expect(await store.has(ADDRESS)).toBe(true);
  });

  test('K15: writing into a large one while it is read is noticed', async () => {
    const store = await open();
    await put(store, LARGE);
    const blob = await store.open(sha256(LARGE));
    appendFileSync(pathOf(sha256(LARGE)), '!');
    await expect(blob?.read(0, 5)).rejects.toMatchObject({ code: 'WP-STATE-DAMAGED' });
    await blob?.close();
  });

  test('K15: writing into a small one while it is read changes nothing', async () => {
    const store = await open();
    await put(store);
    const blob = await store.open(ADDRESS);
    writeFileSync(pathOf(ADDRESS), 'THE bytes of a wheel');
    expect(Buffer.from((await blob?.read(0, 100)) ?? [])).toEqual(WHEEL);
    await blob?.close();
    expect(await store.open(ADDRESS)).toBeNull();
  });

  test('a small one is hashed anew, whatever the file system says of it', async () => {
    const store = await open();
    await put(store);
    const { atime, mtime } = statSync(pathOf(ADDRESS));
    writeFileSync(pathOf(ADDRESS), 'THE bytes of a wheel');
    utimesSync(pathOf(ADDRESS), atime, mtime);
    expect(await store.open(ADDRESS)).toBeNull();
  });
});

describe('quarantine', () => {
  const limit = 40 * KIB;

  async function refuse(store: BlobStore, size: number, why = 'refused'): Promise<void> {
    const draft = await store.draft();
    await draft.write(Buffer.alloc(size, 7));
    await draft.quarantine(why);
  }

  test('keeps the bytes and says why, in one harmless line', async () => {
    const store = await open();
    await refuse(store, 3, 'bad\u001b[31m\nname');
    const [bytes = '', note = ''] = inFolder('quarantine');
    expect(readFileSync(join(place, 'quarantine', bytes))).toHaveLength(3);
    const text = readFileSync(join(place, 'quarantine', note), 'utf8');
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toContain('bad\\u{1b}[31m\\u{a}name');
    expect(inFolder('drafts')).toEqual([]);
  });

  test('stays within its bound: the oldest go first', async () => {
    let now = 0;
    const store = await open({ quarantineLimitBytes: limit, clock: { now: () => ++now } });
    for (let round = 0; round < 6; round++) await refuse(store, 10 * KIB);
    const names = inFolder('quarantine');
    const total = names.reduce(
      (sum, name) => sum + statSync(join(place, 'quarantine', name)).size,
      0,
    );
    expect(total).toBeLessThanOrEqual(limit);
    expect(names.some((name) => name.endsWith('.bin') && Number(name.slice(0, 15)) >= 5)).toBe(
      true,
    );
    expect(names.some((name) => Number(name.slice(0, 15)) === 1)).toBe(false);
  });

  test('does not keep a file larger than the whole bound, only its note', async () => {
    const store = await open({ quarantineLimitBytes: limit });
    await refuse(store, limit + 1);
    const names = inFolder('quarantine');
    expect(names).toHaveLength(1);
    expect(readFileSync(join(place, 'quarantine', names[0] ?? ''), 'utf8')).toContain('not kept');
    expect(inFolder('drafts')).toEqual([]);
  });
});

describe('when the disk fails', () => {
  test('a write: the draft is spoilt, nothing stays', async () => {
    const store = await open({
      io: {
        write: async (file, bytes, position) => {
          await realIo.write(file, bytes.subarray(0, 3), position);
          throw systemError('ENOSPC');
        },
      },
    });
    const draft = await store.draft();
    const failed = draft.write(WHEEL);
    await expect(failed).rejects.toMatchObject({
      code: 'WP-STATE-DISK',
      message: expect.stringContaining('no space left on the disk (ENOSPC)'),
    });
    await expect(draft.write(WHEEL)).rejects.toMatchObject({ code: 'WP-STATE-DISK' });
    await expect(draft.publish(sha256(Buffer.alloc(0)))).rejects.toMatchObject({
      code: 'WP-STATE-DISK',
    });
    await draft.discard();
    expect(inFolder('drafts')).toEqual([]);
  });

  test.each([
    ['syncing a large one', LARGE, { syncFile: async () => Promise.reject(systemError('EIO')) }],
    [
      'renaming, which was not done',
      WHEEL,
      { rename: async () => Promise.reject(systemError('EIO')) },
    ],
  ])('%s: failed and not stored', async (_, bytes, io) => {
    const broken = await open({ io });
    await expect(put(broken, bytes)).rejects.toMatchObject({ code: 'WP-STATE-DISK' });
    const store = await open();
    expect(await store.has(sha256(bytes))).toBe(false);
    expect(inFolder('drafts')).toEqual([]);
    await put(store, bytes);
    expect(await store.has(sha256(bytes))).toBe(true);
  });

  test('renaming, which was done all the same: failed, and what is stored is whole', async () => {
    const broken = await open({
      io: {
        rename: async (from, to) => {
          await realIo.rename(from, to);
          throw systemError('EIO');
        },
      },
    });
    await expect(put(broken)).rejects.toMatchObject({ code: 'WP-STATE-DISK' });
    const blob = await (await open()).open(ADDRESS);
    expect(Buffer.from((await blob?.read(0, 100)) ?? [])).toEqual(WHEEL);
    await blob?.close();
  });
});

describe('R03: a power cut', () => {
  test('a small one is not waited for on the disk, a large one is before it is visible', async () => {
    const calls: string[] = [];
    const store = await open({
      io: {
        syncFile: async () => void calls.push('sync'),
        rename: async (from, to) => {
          calls.push('rename');
          await realIo.rename(from, to);
        },
      },
    });
    await put(store, Buffer.alloc(AT_HAND_BYTES, 1));
    expect(calls).toEqual(['rename']);
    await put(store, LARGE);
    expect(calls).toEqual(['rename', 'sync', 'rename']);
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['only begun', WHEEL.subarray(0, 7)],
    ['of the right length, without its bytes', Buffer.alloc(WHEEL.length)],
  ])('what it left %s counts as none, and comes again', async (_, left) => {
    await put(await open());
    writeFileSync(pathOf(ADDRESS), left);
    const store = await open();
    expect(await store.open(ADDRESS)).toBeNull();
    await put(store);
    const blob = await store.open(ADDRESS);
    expect(blob?.whole).toEqual(WHEEL);
    await blob?.close();
  });
});

test('one writer who does not wait is a fault of the caller', async () => {
  const draft = await (await open()).draft();
  const first = draft.write(WHEEL);
  await expect(draft.write(WHEEL)).rejects.toThrow('one writer');
  await first;
  expect(draft.written).toBe(WHEEL.length);
  await draft.discard();
});

test.runIf(process.platform === 'linux')('no file stays open after any end', async () => {
  const store = await open();
  const before = openFiles();
  for (let round = 0; round < 20; round++) {
    await put(store);
    const blob = await store.open(ADDRESS, ['md5']);
    await blob?.read(0, 4);
    await blob?.close();
    const draft = await store.draft();
    await draft.write(WHEEL);
    await expect(draft.publish('f'.repeat(64))).rejects.toThrow();
    await draft[round % 2 === 0 ? 'discard' : 'quarantine']('x');
    writeFileSync(pathOf(ADDRESS), 'damaged');
    expect(await store.open(ADDRESS)).toBeNull();
  }
  expect(openFiles()).toBe(before);
});
