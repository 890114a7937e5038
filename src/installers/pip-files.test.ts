// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { pipFiles } from './pip-files.ts';
import { readPipArguments } from './pip-options.ts';
import { pipSettings } from './pip-settings.ts';

const files = (...argv: readonly string[]): readonly string[] =>
  pipFiles(pipSettings(readPipArguments(['install', ...argv]).scan, [])).map(
    ({ path, constraint }) => `${path}${constraint ? ' bounds' : ''}`,
  );

test('requirement files and constraints stand as they are named', () => {
  expect(
    files('-r', 'a.txt', '-c', 'b.txt', '--build-constraint=c.txt', '-r', 'odd[x].txt', '-rd[y]'),
  ).toStrictEqual(['a.txt', 'odd[x].txt', 'd[y]', 'b.txt bounds', 'c.txt bounds']);
});

test('extras and groups of a lock file are none of its name', () => {
  expect(files('-r', 'l/pylock.toml[a,b]', '-rpylock.dev.toml[c]')).toStrictEqual([
    'l/pylock.toml',
    'pylock.dev.toml',
  ]);
  expect(files('--group', 'pylock.toml[a]:dev', '--group=l:m/pylock.x.toml:dev')).toStrictEqual([
    'pylock.toml',
    'l:m/pylock.x.toml',
  ]);
  expect(files('--group', 'dev', '--group', 'pyproject.toml:dev')).toStrictEqual([]);
});
