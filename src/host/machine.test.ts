// SPDX-License-Identifier: Apache-2.0
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAX_REQUIREMENT_FILE_BYTES } from '../core/limits.ts';
import { thisMachine } from './machine.ts';
import { scratch, write } from './scratch.test-support.ts';

it('reads text, with and without a byte-order mark', async () => {
  const root = await scratch();
  expect(await thisMachine.readText(await write(join(root, 'a'), 'ä'))).toBe('ä');
  expect(await thisMachine.readText(await write(join(root, 'b'), '\ufeffä'))).toBe('ä');
  expect(await thisMachine.readText(await write(join(root, 'c'), ''))).toBe('');
  expect(await thisMachine.readText(join(root, 'none'))).toBeNull();
});

it('refuses what is no text, no file, or too large', async () => {
  const root = await scratch();
  await mkdir(join(root, 'folder'));
  const large = await write(join(root, 'large'), '');
  await truncate(large, MAX_REQUIREMENT_FILE_BYTES + 1);
  const binary = join(root, 'binary');
  await writeFile(binary, Buffer.from([0x66, 0xff]));
  for (const path of [join(root, 'folder'), large, binary]) {
    await expect(thisMachine.readText(path)).rejects.toMatchObject({ code: 'WP-LOCKFILE-INVALID' });
  }
});

it('asks a program, and takes failure for no answer', async () => {
  const ask = async (script: string) =>
    await thisMachine.ask(process.execPath, ['-e', script], { A: 'b' }, '/');
  expect(await ask('process.stdout.write(process.env.A + process.cwd())')).toBe('b/');
  expect(await ask('process.exit(1)')).toBeNull();
  expect(await thisMachine.ask('/none', [], {}, '/')).toBeNull();
});

it('tells files from folders, and lists', async () => {
  const root = await scratch();
  await write(join(root, 'b', 'x'), '');
  await write(join(root, 'a'), '');
  expect(await thisMachine.list(root)).toStrictEqual(['a', 'b']);
  expect(await thisMachine.list(join(root, 'none'))).toStrictEqual([]);
  expect(await thisMachine.kindOf(join(root, 'a'))).toBe('file');
  expect(await thisMachine.kindOf(root)).toBe('directory');
  expect(await thisMachine.kindOf(join(root, 'none'))).toBeNull();
});
