// SPDX-License-Identifier: Apache-2.0
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectTool } from '../world/installer-versions.ts';
import type { Scene } from './attack.ts';
import { runPlain } from './door.ts';
import type { Stage } from './stage.ts';

/** A lock file as a tool writes it itself, and how it is told to install what that pins. */
export interface ToolLock {
  readonly tool: ProjectTool;
  readonly name: string;
  readonly lock: readonly string[];
  readonly sync: readonly string[];
  /** Set in the user's environment for both. */
  readonly variables?: (stage: Stage) => Readonly<Record<string, string>>;
  /** Written too, and in the way of this one. */
  readonly beside?: string;
  /** What the project file is called, where not as usual. */
  readonly project?: string;
}

const QUIETLY = ['--no-interaction', '--no-ansi'];

export const TOOL_LOCKS: readonly ToolLock[] = [
  {
    tool: 'poetry',
    name: 'poetry.lock',
    lock: ['poetry', 'lock', ...QUIETLY],
    sync: ['poetry', 'sync', '--no-root', ...QUIETLY],
  },
  {
    tool: 'pipenv',
    name: 'Pipfile.lock',
    lock: ['pipenv', 'lock'],
    sync: ['pipenv', 'sync'],
  },
  {
    tool: 'pipenv',
    name: 'pylock.toml',
    lock: ['pipenv', 'lock'],
    sync: ['pipenv', 'sync'],
    beside: 'Pipfile.lock',
    // It names no source: pipenv then asks the index that it has by default.
    variables: ({ world }) => ({ PIPENV_PYPI_MIRROR: world.index }),
  },
  {
    tool: 'pipenv',
    name: 'Another.lock',
    lock: ['pipenv', 'lock'],
    sync: ['pipenv', 'sync'],
    project: 'Another',
    variables: ({ environment }) => ({ PIPENV_PIPFILE: join(environment.directory, 'Another') }),
  },
  {
    tool: 'pdm',
    name: 'pdm.lock',
    lock: ['pdm', 'lock'],
    sync: ['pdm', 'sync', '--no-self'],
  },
  {
    tool: 'pdm',
    name: 'pylock.toml',
    lock: ['pdm', 'lock'],
    sync: ['pdm', 'sync', '--no-self'],
    variables: () => ({ PDM_LOCK_FORMAT: 'pylock' }),
  },
  {
    tool: 'pdm',
    name: 'another.lock',
    lock: ['pdm', 'lock'],
    sync: ['pdm', 'sync', '--no-self'],
    variables: () => ({ PDM_LOCKFILE: 'another.lock' }),
  },
];

/** An honest project, locked by the plain tool; what the lock says is then changed. */
export async function lockedByTool(
  stage: Stage,
  { name, lock, tool, variables, beside, project }: ToolLock,
  change: (text: string) => string = (text) => text,
): Promise<void> {
  const { environment } = stage;
  environment.setVariables(variables?.(stage) ?? {});
  stage.install(['good']); // writes the project
  if (project !== undefined)
    await rename(join(environment.directory, 'Pipfile'), join(environment.directory, project));
  if (tool === 'pipenv' && name === 'pylock.toml') {
    const pipfile = join(environment.directory, 'Pipfile');
    await writeFile(pipfile, `${await readFile(pipfile, 'utf8')}[pipenv]\nuse_pylock = true\n`);
  }
  const path = join(environment.directory, name);
  await rm(path, { force: true });
  const ended = await runPlain(environment, lock);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (ended.exit !== 0 || text === null)
    throw new Error(`${lock.join(' ')}: no ${name}: ${ended.stdout}\n${ended.stderr}`);
  if (beside !== undefined) await rm(join(environment.directory, beside));
  await writeFile(path, change(text));
}

/** The scene of one lock: nothing but the words that install from it. */
export function syncing({ tool, sync }: ToolLock): Pick<Scene, 'installers' | 'words'> {
  return { installers: [tool], words: () => sync };
}

/** It would write its own anew; what it makes of one is in the form of that name. */
export function ownLock(name: string): NonNullable<Scene['notBy']> {
  const writer = TOOL_LOCKS.find((lock) => lock.name === name)?.tool;
  return writer === undefined ? {} : { [writer]: 'its own lock is in the form of that name' };
}

/** What is left of a lock once somebody took its hashes out. */
export function withoutHashes(text: string): string {
  return text
    .replaceAll(/(\bfiles|"hashes")( = |: )\[[^\]]*\]/gu, '$1$2[]')
    .replaceAll(/\bhashes = \{[^}]*\}/gu, 'hashes = {}');
}
