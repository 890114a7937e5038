// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HELD_PAGE_COPIES_BYTES, HELD_PAGE_COPIES_MS } from '../core/limits.ts';
import type { PageCopy } from '../core/page-copy.ts';
import { openPageCopies } from './page-copies.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wheelproof-pages-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const copy = (changes: Partial<PageCopy> = {}): PageCopy => ({
  index: 'https://index.test/simple/',
  project: 'good',
  audience: '',
  url: 'https://index.test/simple/good/',
  inside: true,
  readAt: 1_700_000_000_000,
  gzip: false,
  contentType: 'text/html',
  body: Buffer.from('{"files": []}\n'),
  ...changes,
});

async function keepNow(one: PageCopy): Promise<void> {
  const copies = openPageCopies(folder);
  await copies.keep(one);
  await copies.close();
}

describe('copies of pages', () => {
  test('what was kept comes back, until another takes its place or it is dropped', async () => {
    const copies = openPageCopies(folder);
    await copies.keep(copy());
    expect(await copies.recall(copy())).toStrictEqual(copy());
    expect(await copies.recall(copy({ index: 'https://other.test/simple/' }))).toBeNull();
    await copies.close();
    expect(await openPageCopies(folder).recall(copy())).toStrictEqual(copy());
    const newer = copy({ readAt: 1_700_000_000_001, body: Buffer.from('{}') });
    await copies.keep(newer);
    expect(await copies.recall(newer)).toStrictEqual(newer);
    await copies.drop(newer);
    expect(await copies.recall(newer)).toBeNull();
    await copies.close();
    expect(readdirSync(folder)).toStrictEqual([]);
  });

  test('they are written with others, before long and before there are many', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const copies = openPageCopies(folder);
    await copies.keep(copy());
    await copies.keep(copy({ project: 'other' }));
    vi.advanceTimersByTime(HELD_PAGE_COPIES_MS - 1);
    await copies.keep(copy({ project: 'third' }));
    expect(readdirSync(folder)).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(readdirSync(folder)).toHaveLength(3);
    const half = Buffer.alloc(HELD_PAGE_COPIES_BYTES / 2 + 1);
    for (const project of ['large', 'large']) await copies.keep(copy({ project, body: half }));
    await copies.keep(copy({ project: 'gone', body: half.subarray(2) }));
    await copies.drop(copy({ project: 'gone' }));
    expect(readdirSync(folder)).toHaveLength(3);
    await copies.keep(copy({ project: 'more', body: half }));
    expect(readdirSync(folder)).toHaveLength(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what another process forgets while it is held does not come back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const [running, other] = [openPageCopies(folder), openPageCopies(folder)];
    await running.keep(copy());
    await running.keep(copy({ project: 'other' }));
    await other.forget('good', () => true);
    await running.close();
    expect(await other.recall(copy())).toBeNull();
    expect(await other.recall(copy({ project: 'other' }))).not.toBeNull();
    vi.setSystemTime(Date.now() + 1);
    await running.keep(copy());
    await running.close();
    expect(await other.recall(copy())).not.toBeNull();
  });

  test('what is not as it was written counts as none', async () => {
    const copies = openPageCopies(folder);
    await copies.keep(copy());
    await copies.close();
    const [name = ''] = readdirSync(folder);
    const sound = readFileSync(join(folder, name));
    for (let place = 0; place < sound.length; place += 1) {
      const damaged = Buffer.from(sound);
      damaged.writeUInt8(damaged.readUInt8(place) ^ 1, place);
      writeFileSync(join(folder, name), damaged);
      expect(await copies.recall(copy())).toBeNull();
      writeFileSync(join(folder, name), sound.subarray(0, place));
      expect(await copies.recall(copy())).toBeNull();
    }
  });

  test('a pipe in its place counts as none, and is not waited for', async () => {
    const copies = openPageCopies(folder);
    await copies.keep(copy());
    await copies.close();
    const [name = ''] = readdirSync(folder);
    rmSync(join(folder, name));
    spawnSync('mkfifo', [join(folder, name)]);
    expect(await copies.recall(copy())).toBeNull();
  });

  test("another page's copy in its place counts as none", async () => {
    const copies = openPageCopies(folder);
    await copies.keep(copy());
    await copies.close();
    const [own = ''] = readdirSync(folder);
    await copies.keep(copy({ project: 'other' }));
    await copies.close();
    const other = readdirSync(folder).find((name) => name !== own) ?? '';
    writeFileSync(join(folder, own), readFileSync(join(folder, other)));
    expect(await copies.recall(copy())).toBeNull();
  });

  test('the oldest go where they grow too many', async () => {
    const seen = new Set<string>();
    for (const project of ['four', 'three', 'two', 'one']) {
      await keepNow(copy({ project, body: Buffer.alloc(1_000) }));
      for (const name of readdirSync(folder).filter((each) => !seen.has(each))) {
        utimesSync(join(folder, name), 1_000 - seen.size, 1_000 - seen.size);
        seen.add(name);
      }
    }
    const copies = openPageCopies(folder, 2_700);
    await copies.keep(copy({ project: 'four', body: Buffer.alloc(1_000) }));
    await copies.close();
    expect(readdirSync(folder)).toHaveLength(2);
    expect(await copies.recall(copy({ project: 'four' }))).not.toBeNull();
  });

  test('what one user was shown is not kept for another', async () => {
    const copies = openPageCopies(folder);
    await copies.keep(copy({ audience: 'ana' }));
    expect(await copies.recall(copy())).toBeNull();
    expect(await copies.recall(copy({ audience: 'bob' }))).toBeNull();
    expect(await copies.recall(copy({ audience: 'ana' }))).toMatchObject({ audience: 'ana' });
  });

  test('a project is forgotten, whoever was shown it', async () => {
    const copies = openPageCopies(folder);
    const index = 'https://other.test/simple/';
    for (const changes of [{}, { audience: 'ana' }, { index }, { project: 'other' }])
      await copies.keep(copy(changes));
    writeFileSync(join(folder, 'a'.repeat(64)), 'no copy');
    expect(await copies.forget('good', (of) => of !== index)).toBe(2);
    expect(await copies.recall(copy({ index }))).not.toBeNull();
    expect(await copies.forget('good', () => true)).toBe(1);
    expect(await copies.recall(copy({ project: 'other' }))).not.toBeNull();
    expect(await copies.forget('good', () => true)).toBe(0);
  });

  test('what cannot be written is not kept', async () => {
    const copies = openPageCopies(folder);
    rmSync(folder, { recursive: true });
    await expect(copies.keep(copy())).resolves.toBeUndefined();
    await expect(copies.close()).resolves.toBeUndefined();
    expect(await copies.recall(copy())).toBeNull();
    openPageCopies(folder);
  });

  test('a folder that others can write is refused', () => {
    chmodSync(folder, 0o777);
    expect(() => openPageCopies(folder)).toThrow(/expected to be writable by its owner alone/u);
  });
});
