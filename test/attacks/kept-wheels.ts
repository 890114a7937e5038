// SPDX-License-Identifier: Apache-2.0
import { globSync } from 'node:fs';
import { cp, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGuarded, type Guarded, type Knock } from './door.ts';
import type { Stage } from './stage.ts';

/** What uv unpacked in earlier runs and may use again. */
export interface KeptTree {
  readonly folder: string;
  readonly tree: string;
  readonly pointer: string;
}

export function keptTrees({ environment }: Stage): readonly KeptTree[] {
  const cwd = join(environment.home, '.cache', 'wheelproof', 'installers');
  return globSync('*/uv-kept/*', { cwd }).map((name) => ({
    folder: join(cwd, name),
    tree: join(cwd, name, 'tree'),
    pointer: join(cwd, name, 'pointer'),
  }));
}

/** The lists of what is kept. */
export function keptLists({ environment }: Stage): readonly string[] {
  const cwd = join(environment.home, '.local', 'share', 'wheelproof', 'kept');
  return globSync('*', { cwd }).map((name) => join(cwd, name));
}

/** A first install, then this is done to what was kept of it, then another one into a new environment. */
export function installTwice(between: (stage: Stage, kept: KeptTree) => unknown) {
  return async (stage: Stage, knock: Knock): Promise<Guarded> => {
    const { wiring: _ofTheSecond, ...first } = knock;
    const guarded = await runGuarded(first);
    const [kept, another] = keptTrees(stage);
    if (kept === undefined || another !== undefined || keptLists(stage).length !== 1)
      throw new Error(`not one tree was kept: ${guarded.stderr}`);
    await between(stage, kept);
    await stage.environment.renewTarget();
    return await runGuarded(knock);
  };
}

/** Of the same length, and the time of the last change is set back. */
export async function exchangeWord(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('GOOD', 'EVIL'));
  await utimes(path, atime, mtime);
}

export const INIT = join('good', '__init__.py');

export async function leadElsewhere({ tree }: KeptTree): Promise<void> {
  const elsewhere = `${tree}-elsewhere`;
  await cp(tree, elsewhere, { recursive: true, preserveTimestamps: true });
  await exchangeWord(join(elsewhere, INIT));
  await rm(tree, { recursive: true });
  await symlink(elsewhere, tree);
}

/** Another tree in its place: what is known of the first one says nothing of it. */
export async function replaceTree({ tree }: KeptTree): Promise<void> {
  await cp(tree, `${tree}-other`, { recursive: true, preserveTimestamps: true });
  await exchangeWord(join(`${tree}-other`, INIT));
  await rm(tree, { recursive: true });
  await rename(`${tree}-other`, tree);
}
