// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What npm starts for a lifecycle script; it runs nothing, and leaves a line. */
async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'wheelproof-lifecycle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const canary = join(folder, 'canary.txt');
  const shell = join(folder, 'shell.sh');
  await writeFile(shell, `#!/bin/sh\necho "$npm_package_name $*" >>'${canary}'\n`, { mode: 0o755 });
  const npm = (directory: string, ...words: readonly string[]) => {
    const options = ['--ignore-scripts=false', `--script-shell=${shell}`, '--prefer-offline'];
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    const { status, stdout, stderr } = spawnSync('npm', [...words, ...options, ...quiet], {
      cwd: directory,
      encoding: 'utf8',
      // Packages come as the developer's own settings say (certificates, proxies).
      env: { ...process.env, ...inject('callersEnvironment') },
      timeout: 100_000,
    });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const ran = () => existsSync(canary);
  return { folder, npm, ran };
}

test('npm runs no script of ours or of what we bring along (M01)', async () => {
  const { folder, npm, ran } = await openFolder();
  // What a user gets is only what lies in the archive.
  const script = join(root, 'scripts/build-npm.ts');
  const packing = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  expect(packing.status, packing.stderr).toBe(0);
  const place = join(folder, 'place');
  await mkdir(place);
  await writeFile(join(place, 'package.json'), '{"name":"mine","private":true}');
  npm(place, 'install', packing.stdout.trim());
  expect(existsSync(join(place, 'node_modules/wheelproof/bin/wheelproof.js'))).toBe(true);
  // One package, with all that it needs.
  const beside = await readdir(join(place, 'node_modules'));
  expect(beside.filter((name) => !name.startsWith('.'))).toEqual(['wheelproof']);
  expect(ran()).toBe(false);
});

test('nor does `npm ci` of the locked tree (M01)', async () => {
  const { folder, npm, ran } = await openFolder();
  const place = join(folder, 'place');
  await mkdir(place);
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(join(root, name), join(place, name));
  }
  npm(place, 'ci', '--omit=dev');
  expect(existsSync(join(place, 'node_modules/undici/package.json'))).toBe(true);
  expect(ran()).toBe(false);
});

test('the canary sings where there is a script', async () => {
  const { folder, npm, ran } = await openFolder();
  const place = join(folder, 'place');
  await mkdir(place);
  const scripts = { postinstall: 'true' };
  await writeFile(
    join(place, 'package.json'),
    JSON.stringify({ name: 'mine', private: true, scripts }),
  );
  npm(place, 'install');
  expect(ran()).toBe(true);
});
