// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { openRunDirectory } from './run-directory.ts';
import { scratch, write } from './scratch.test-support.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

it('gives a private folder with an empty one, and takes it away again', async () => {
  const base = join(await scratch(), 'a', 'runs');
  const run = await openRunDirectory(base);
  const file = await run.writeCa('CERTIFICATE');
  expect(await readFile(file, 'utf8')).toBe('CERTIFICATE');
  expect(await Promise.all([base, run.path, run.emptyDirectory, file].map(modeOf))).toStrictEqual([
    0o700, 0o700, 0o700, 0o600,
  ]);
  expect(await readdir(run.emptyDirectory)).toStrictEqual([]);
  await run.close();
  expect(await readdir(base)).toStrictEqual([]);
});

it('removes what a dead run left, and only that (K21)', async () => {
  const base = await scratch();
  await chmod(base, 0o700);
  const living = await openRunDirectory(base);
  const [, start = '', place = ''] = basename(living.path).split('-');
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const chance = '0123456789abcdef';
  const gone = [
    `${dead}-1-${place}-${chance}`,
    // Our number, but another process had it then.
    `${process.pid}-${Number(start) + 1}-${place}-${chance}`,
  ];
  const week = new Date(Date.now() - 8 * 24 * 3_600_000);
  const old = `${dead}-1-00000000-${chance}`;
  const kept = [`${dead}-1-ffffffff-${chance}`, 'notes', `${dead}-x`];
  for (const name of [...gone, old, ...kept]) {
    await write(join(base, name, 'ca.pem'), 'x');
  }
  await utimes(join(base, old), week, week);
  await symlink('/etc', join(base, gone[0] ?? '', 'link'));
  const run = await openRunDirectory(base);
  const left = await readdir(base);
  expect(left.sort()).toStrictEqual([...kept, basename(living.path), basename(run.path)].sort());
  expect(await readdir('/etc')).not.toStrictEqual([]);
});

it('refuses a place that others can write, or that is no folder', async () => {
  const root = await scratch();
  const open = join(root, 'open');
  await mkdir(open);
  await chmod(open, 0o777);
  await expect(openRunDirectory(open)).rejects.toMatchObject({
    code: 'WP-STATE-PERMISSIONS',
    hint: `chmod 700 '${open}'`,
  });
  await symlink(root, join(root, 'link'));
  await expect(openRunDirectory(join(root, 'link'))).rejects.toMatchObject({
    code: 'WP-STATE-PERMISSIONS',
  });
  await write(join(root, 'file'), '');
  await expect(openRunDirectory(join(root, 'file'))).rejects.toMatchObject({
    code: 'WP-STATE-DISK',
  });
});

it('runs side by side', async () => {
  const base = join(await scratch(), 'runs');
  const runs = await Promise.all(Array.from({ length: 20 }, () => openRunDirectory(base)));
  expect(new Set(await readdir(base)).size).toBe(20);
  await Promise.all(runs.map((run) => run.close()));
  expect(await readdir(base)).toStrictEqual([]);
});
