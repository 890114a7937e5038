// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Upstream } from '../core/upstream.ts';
import { placesOf, type Places } from '../host/index.ts';
import { openSqliteTrustRows } from '../storage/index.ts';
import { askForTime, judgeClock, judgeDate } from './doctor-clock.ts';
import { checkBlobs, checkLeftovers, checkTrustStore, judgeDisk } from './doctor-store.ts';

const NOW = Date.UTC(2026, 10, 20);
const clock = { now: () => NOW };
let places: Places;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'wheelproof-doctor-store-'));
  onTestFinished(() => rm(home, { recursive: true }));
  places = placesOf({}, home);
});

const fill = async (): Promise<string> => {
  await mkdir(places.data, { recursive: true, mode: 0o700 });
  const file = join(places.data, 'trust.sqlite');
  const rows = openSqliteTrustRows(file, clock);
  for (const at of [NOW - 2, NOW - 1, NOW])
    rows.audit({ at, run: 'r', what: 'run-end', subject: 'pip', detail: {} });
  rows.close();
  return file;
};

test('a store that was never made is looked for, not made', async () => {
  const { checks, newest } = await checkTrustStore(places, clock);
  expect(checks).toMatchObject([{ id: 'state.trust', state: 'note' }]);
  expect(newest).toBeNull();
  await expect(readdir(places.data)).rejects.toThrow('ENOENT');
});

test('a store is read whole: rows, counts, the trail, the newest time', async () => {
  await fill();
  const { checks, newest } = await checkTrustStore(places, clock);
  expect(checks).toMatchObject([{ state: 'ok' }]);
  expect(checks[0]?.message).toMatch(/^schema \d+; 0 files.*3 entries, without a gap$/u);
  expect(newest).toBe(NOW);
});

test('a trail with a gap, and a store that went missing, are problems', async () => {
  const file = await fill();
  const database = new DatabaseSync(file);
  database.exec('DROP TRIGGER audit_is_never_cut; DELETE FROM audit WHERE seq = 2');
  database.close();
  const cut = await checkTrustStore(places, clock);
  expect(cut.checks).toMatchObject([{ state: 'problem', code: 'WP-STATE-DAMAGED' }]);
  for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
  const lost = await checkTrustStore(places, clock);
  expect(lost.checks).toMatchObject([{ state: 'problem', code: 'WP-STATE-DAMAGED' }]);
});

test('blobs are counted, and what dead runs left is named and left', async () => {
  expect(await checkBlobs(places)).toEqual([]);
  const blobs = join(places.data, 'blobs');
  await mkdir(join(blobs, 'sha256'), { recursive: true });
  await mkdir(join(blobs, 'drafts'));
  await writeFile(join(blobs, 'sha256/abcd'), Buffer.alloc(3 * 1024));
  expect((await checkBlobs(places))[0]?.message).toBe('1 file, 3 KiB');
  expect(await checkLeftovers(places, NOW)).toMatchObject([{ state: 'ok' }]);
  const left = join(places.state, 'runs', `1-1-00000000-${'0'.repeat(16)}`);
  await mkdir(left, { recursive: true });
  const draft = join(blobs, 'drafts', 'old.part');
  await writeFile(draft, '');
  const late = Date.now() + 30 * 24 * 3_600_000;
  expect(await checkLeftovers(places, late)).toMatchObject([
    { state: 'note', message: `1 things of killed runs, the first ${draft}` },
  ]);
  expect(await readdir(join(blobs, 'drafts'))).toEqual(['old.part']);
});

test.each([
  [63 * 1024 ** 2, 'problem'],
  [500 * 1024 ** 2, 'warning'],
  [2 * 1024 ** 3, 'ok'],
])('%d bytes free: %s', (free, state) => {
  expect(judgeDisk({ path: '/data', free }).state).toBe(state);
});

test.each([
  [NOW, null, 'ok'],
  [NOW, NOW - 1, 'ok'],
  [NOW, NOW + 60_000, 'ok'],
  [NOW, NOW + 3_600_000, 'warning'],
  [Date.UTC(2020, 0, 1), null, 'warning'],
])('now %d, newest %s: %s', (now, newest, state) => {
  expect(judgeClock(now, newest).state).toBe(state);
});

test.each([
  [new Date(NOW).toUTCString(), 'ok'],
  [new Date(NOW + 3_600_000).toUTCString(), 'warning'],
  [null, 'note'],
  ['soon', 'note'],
])('a server says %s: %s', (date, state) => {
  expect(judgeDate({ host: 'index.example', date, now: NOW }).state).toBe(state);
});

test('an index is asked for its time; without an address nobody is', async () => {
  let asked = '';
  const upstream: Upstream = {
    async request(ask) {
      asked = `${ask.method} ${ask.url}`;
      const body = (async function* () {})();
      return { status: 200, headers: { date: new Date(NOW).toUTCString() }, url: ask.url, body };
    },
    close: async () => undefined,
  };
  expect(await askForTime(upstream, '', clock.now)).toMatchObject([{ state: 'note' }]);
  expect(asked).toBe('');
  const url = 'https://index.example/simple/';
  expect(await askForTime(upstream, url, clock.now)).toMatchObject([{ state: 'ok' }]);
  expect(asked).toBe(`HEAD ${url}`);
});
