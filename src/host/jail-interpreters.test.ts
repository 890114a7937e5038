// SPDX-License-Identifier: Apache-2.0
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jailInterpreters } from './jail-interpreters.ts';
import { calling } from './jail.test-support.ts';
import { scratch, write } from './scratch.test-support.ts';

const outsideSystem = (found: readonly string[]) =>
  found.filter((path) => !/^\/usr\/(?:local\/)?bin\//u.test(path));

async function binary(path: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await copyFile('/bin/true', path);
  return path;
}

it('takes what lies beside the installer, in its target and on PATH, each once', async () => {
  const root = await scratch();
  const beside = await binary(join(root, 'venv/bin/python3'));
  await symlink('python3', join(root, 'venv/bin/python'));
  const onPath = await binary(join(root, 'path/python3'));
  const target = { kind: 'environment', path: join(root, 'venv') } as const;
  const call = calling(join(root, 'venv/bin/pip'));
  const environment = { PATH: join(root, 'path') };
  const found = await jailInterpreters({ ...call, environment }, [target]);
  expect(outsideSystem(found)).toStrictEqual([beside, onPath]);
});

it('passes over scripts, folders, and what is not there', async () => {
  const root = await scratch();
  await write(join(root, 'python3'), '#!/bin/sh\n', 0o755);
  await mkdir(join(root, 'python'));
  const targets = [
    { kind: 'directory', path: root },
    { kind: 'interpreter', path: join(root, 'none') },
  ] as const;
  const environment = { PATH: root };
  const found = await jailInterpreters({ ...calling(join(root, 'pip')), environment }, targets);
  expect(outsideSystem(found)).toStrictEqual([]);
});
