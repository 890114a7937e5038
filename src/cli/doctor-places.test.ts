// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { placesOf } from '../host/index.ts';
import { checkPlaces, judgePath, type PathFacts, type Role } from './doctor-places.ts';

const OF = ['state.data', 'data'] as const;
const facts = (mode: number, uid = 1000, directory = true): PathFacts => ({
  path: "/home/a/it's",
  directory,
  uid,
  gid: 100,
  mode,
});

test.each<[Role, PathFacts, string | null]>([
  ['own', facts(0o700), null],
  ['own', facts(0o755), null],
  ['own', facts(0o770), "chmod 700 '/home/a/it'\\''s'"],
  ['own', facts(0o602, 1000, false), "chmod 600 '/home/a/it'\\''s'"],
  ['own', facts(0o700, 0), "sudo chown 1000 '/home/a/it'\\''s'"],
  ['shared', facts(0o644, 0, false), null],
  ['shared', facts(0o664, 1000, false), "chmod go-w '/home/a/it'\\''s'"],
  ['shared', { ...facts(0o664, 1000, false), gid: 1000 }, null],
  ['shared', facts(0o600, 7), "sudo chown 1000 '/home/a/it'\\''s'"],
  ['above', facts(0o775), null],
  ['above', facts(0o777), "chmod go-w '/home/a/it'\\''s'"],
  ['above', facts(0o1777, 0), null],
  ['above', facts(0o755, 7), "sudo chown 1000 '/home/a/it'\\''s'"],
])('%s %j: %s', (role, found, hint) => {
  const check = judgePath(OF, found, role, 1000);
  expect(check?.hint ?? null).toBe(hint);
  if (check !== null)
    expect(check).toMatchObject({ state: 'problem', code: 'WP-STATE-PERMISSIONS' });
});

test('a system without user ids has other means', () => {
  expect(judgePath(OF, facts(0o777), 'own', null)).toBeNull();
});

test('on disk: what is not there yet is a note, what others can write a problem with its chmod', async () => {
  const home = await mkdtemp(join(tmpdir(), 'wheelproof-doctor-places-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const places = placesOf({}, home);
  const me = process.geteuid?.() ?? null;
  const states = async (): Promise<readonly string[]> =>
    (await checkPlaces(places, me)).map(({ id, state }) => `${id} ${state}`);
  expect(await states()).toEqual([
    'state.data note',
    'state.cache note',
    'state.runs note',
    'state.config note',
  ]);
  await mkdir(join(places.data, 'blobs'), { recursive: true, mode: 0o700 });
  await writeFile(join(places.data, 'trust.sqlite'), '', { mode: 0o600 });
  expect((await states())[0]).toBe('state.data ok');
  await chmod(join(places.data, 'trust.sqlite'), 0o666);
  await chmod(join(places.data, 'blobs'), 0o770);
  const [file, folder] = await checkPlaces(places, me);
  expect(file?.hint).toBe(`chmod 600 ${join(places.data, 'trust.sqlite')}`);
  expect(folder?.hint).toBe(`chmod 700 ${join(places.data, 'blobs')}`);
  await chmod(home, 0o777);
  expect((await checkPlaces(places, me)).map(({ message }) => message).join()).toContain(
    `${home} can be written by everybody`,
  );
});
