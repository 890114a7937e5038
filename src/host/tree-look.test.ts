// SPDX-License-Identifier: Apache-2.0
import { statfsSync } from 'node:fs';
import {
  chmod,
  link,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import type { TreeLooks } from '../core/kept-wheel.ts';
import { scratch, write } from './scratch.test-support.ts';
import { contentsOf, lookAtTree as look } from './tree-look.ts';
import { tellsEachChange } from './honest-times.ts';
import { openTreeLooks, type TreeSettings } from './tree-thread.ts';

const lookAtTree = (root: string) => look(root, () => true);

async function tree(): Promise<string> {
  const root = join(await scratch(), 'tree');
  await write(join(root, 'good', '__init__.py'), 'WORD = "GOOD"\n');
  await write(join(root, 'good', 'deep', 'er', 'data'), '');
  await write(join(root, 'good-1.0.dist-info', 'METADATA'), 'Name: good\n');
  return root;
}

const INIT = 'good/__init__.py';

it('says the same of a tree that nobody has touched, wherever it lies', async () => {
  const root = await tree();
  const former = lookAtTree(root);
  await readFile(join(root, INIT));
  await rename(root, `${root}-moved`);
  expect(lookAtTree(`${root}-moved`)).toStrictEqual(former);
  expect(lookAtTree(root)).toBeNull();
});

it('says which files a tree holds', async () => {
  const former = lookAtTree(await tree());
  expect(former?.contents).toBe(
    contentsOf([
      { path: 'good-1.0.dist-info/METADATA', size: 11 },
      { path: INIT, size: 14 },
      { path: 'good/deep/er/data', size: 0 },
    ]),
  );
});

/** As somebody does it who sets the times back. */
async function alter(path: string, text: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  await writeFile(path, text);
  await utimes(path, atime, mtime);
}

const CHANGES: readonly (readonly [string, (root: string) => Promise<unknown>])[] = [
  ['other bytes', (root) => alter(join(root, INIT), 'WORD = "EVIL"\n')],
  ['more bytes', (root) => alter(join(root, INIT), 'WORD = "GOOD" # and more\n')],
  ['one more file', (root) => writeFile(join(root, 'evil.pth'), 'import evil\n')],
  ['one more file deep in it', (root) => writeFile(join(root, 'good/deep/er/evil.py'), '')],
  ['one more folder', (root) => mkdir(join(root, 'evil'))],
  ['one file less', (root) => rm(join(root, INIT))],
  ['another name', (root) => rename(join(root, INIT), join(root, 'good/main.py'))],
  ['another mode', (root) => chmod(join(root, INIT), 0o755)],
  ['another link to a file', (root) => link(join(root, INIT), `${root}-link`)],
  [
    'a file put in place of another',
    async (root) => {
      await write(`${root}-evil`, 'WORD = "EVIL"\n');
      await rename(`${root}-evil`, join(root, INIT));
    },
  ],
  [
    'a folder put in place of another',
    async (root) => {
      await rename(join(root, 'good'), `${root}-good`);
      await mkdir(join(root, 'good'));
    },
  ],
];

it.each(CHANGES)('says something else after a change: %s', async (_name, change) => {
  const root = await tree();
  const former = lookAtTree(root);
  expect(former).not.toBeNull();
  await change(root);
  const after = lookAtTree(root);
  expect(after?.stamp).not.toBe(former?.stamp);
  expect(after?.changedAt).toBeGreaterThanOrEqual(former?.changedAt ?? Infinity);
});

it('says nothing of a link, or of what holds links', async () => {
  const root = await tree();
  await symlink(root, `${root}-link`);
  expect(lookAtTree(`${root}-link`)).toBeNull();
  await symlink('/etc', join(root, 'good', 'etc'));
  expect(lookAtTree(root)).toBeNull();
  expect(lookAtTree(join(root, INIT))).toBeNull();
});

it('says nothing where the file system does not tell of each change', async () => {
  expect(look(await tree(), () => false)).toBeNull();
  expect(tellsEachChange('/proc')).toBe(false);
  expect(tellsEachChange('/nowhere')).toBe(false);
  const shared = statfsSync('/dev/shm', { bigint: true });
  if (shared.type === 0x01021994n) expect(tellsEachChange('/dev/shm')).toBe(false);
});

function open(settings: TreeSettings = {}): TreeLooks {
  const looks = openTreeLooks(settings);
  onTestFinished(() => looks.close());
  return looks;
}

it('looks on a thread of its own', async () => {
  const root = await tree();
  const looks = open();
  const [one, none, again] = await Promise.all([
    looks.look(root),
    looks.look(`${root}-absent`),
    looks.look(root),
  ]);
  expect(one).toStrictEqual(look(root));
  expect(none).toBeNull();
  expect(again).toStrictEqual(one);
});

it.each([
  [
    'cannot start',
    () => {
      throw new Error('no thread');
    },
  ],
  ['ends', () => new Worker('process.exit()', { eval: true })],
  ['throws', () => new Worker('throw new Error("no")', { eval: true })],
  ['says nothing', () => new Worker('setInterval(() => {}, 1000)', { eval: true })],
])('sees nothing by a thread that %s', async (_name, start) => {
  const looks = open({ start, deadlineMs: 50 });
  expect(await looks.look(await tree())).toBeNull();
  expect(await looks.look('/')).toBeNull();
});

it('sees nothing once it is closed', async () => {
  const looks = openTreeLooks();
  const asked = looks.look(await tree());
  await looks.close();
  expect(await asked).toBeNull();
  expect(await looks.look('/')).toBeNull();
});
