// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findProgram } from './find-program.ts';
import { scratch, write } from './scratch.test-support.ts';

it('takes the first program on PATH, and passes over what cannot be executed', async () => {
  const root = await scratch();
  await write(join(root, 'a', 'pip'), '', 0o644);
  await write(join(root, 'b', 'pip', 'x'), '');
  const third = await write(join(root, 'c', 'pip'), '', 0o755);
  await write(join(root, 'd', 'pip'), '', 0o755);
  const path = ['a', 'b', 'c', 'd'].map((folder) => join(root, folder)).join(':');
  expect(await findProgram('pip', { PATH: path }, '/')).toBe(third);
});

it('takes a word with a slash as a path', async () => {
  const root = await scratch();
  const own = await write(join(root, 'venv', 'bin', 'pip'), '', 0o755);
  expect(await findProgram('venv/bin/pip', { PATH: '' }, root)).toBe(own);
  expect(await findProgram(own, {}, '/')).toBe(own);
  expect(await findProgram('./pip', { PATH: join(root, 'venv', 'bin') }, root)).toBeNull();
});

it('looks beside the active interpreter only where PATH holds none', async () => {
  const root = await scratch();
  const onPath = await write(join(root, 'usr', 'pip'), '', 0o755);
  const active = await write(join(root, 'venv', 'bin', 'pip'), '', 0o755);
  const environment = { VIRTUAL_ENV: join(root, 'venv') };
  expect(await findProgram('pip', { ...environment, PATH: join(root, 'usr') }, '/')).toBe(onPath);
  expect(await findProgram('pip', { ...environment, PATH: '/nowhere' }, '/')).toBe(active);
  expect(await findProgram('pip', environment, '/')).toBe(active);
});

it('answers null for nonsense', async () => {
  for (const word of ['', 'a\0b', 'no-such-program-anywhere']) {
    expect(await findProgram(word, { PATH: '/nowhere' }, '/')).toBeNull();
  }
});
