// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProgram } from '../world/programs.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import type { Bench } from './bench.ts';

const GIT_HOST = 'git.test';

/** Serves a repository of these files the plain way (files alone, no program). @returns its address */
export async function hostRepository(
  { world, environment }: Bench,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const source = join(environment.root, 'repository');
  const bare = join(environment.root, 'repository.git');
  await mkdir(source);
  for (const [name, text] of Object.entries(files)) await writeFile(join(source, name), text);
  const me = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com'];
  for (const words of [
    ['init', '--quiet', '--initial-branch=main', source],
    ['-C', source, 'add', '.'],
    ['-C', source, ...me, 'commit', '--quiet', '-m', 'first'],
    ['clone', '--quiet', '--bare', source, bare],
    ['-C', bare, 'update-server-info'],
  ]) {
    const ended = await runProgram(['git', ...words], {
      environment: { PATH: environment.variables['PATH'] ?? '', HOME: environment.root },
      directory: environment.root,
    });
    if (ended.exit !== 0) throw new Error(`git ${words.join(' ')}: ${ended.stderr}`);
  }
  for (const path of await pathsBelow(bare)) {
    if (!(await stat(path)).isFile()) continue;
    world.host(GIT_HOST).files.set(`/mine.git/${relative(bare, path)}`, await readFile(path));
  }
  return `git+${world.origin(GIT_HOST)}/mine.git`;
}
