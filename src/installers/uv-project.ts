// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import type { InstallerPorts } from './ports.ts';
import { own, scriptBlock, tableAt, textsIn, tomlIn, type Table } from './toml.ts';
import { has } from './argument-scan.ts';
import { ancestorsOf, type UvLevels } from './uv-configuration.ts';
import type { UvArguments } from './uv-options.ts';

const OF_PROJECT: ReadonlySet<string> = new Set([
  'add',
  'audit',
  'check',
  'export',
  'lock',
  'remove',
  'run',
  'sync',
  'tree',
  'version',
]);

/** Whose dependencies a verb takes along: those of a script alone, or of the project. */
export async function sourceFiles(
  ports: InstallerPorts,
  { verb, scan }: UvArguments,
  { script, project }: UvLevels,
): Promise<readonly string[]> {
  if (!OF_PROJECT.has(verb)) return [];
  if (script !== null && (await carriesMetadata(ports, script))) return [script];
  return has(scan, '--no-project') ? [] : await projectFiles(ports, project);
}

/** The project that a folder belongs to, with the workspaces around it: their `pyproject.toml`s. */
async function projectFiles(
  { machine }: InstallerPorts,
  folder: string,
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const above of ancestorsOf(folder)) {
    const file = join(above, 'pyproject.toml');
    if ((await machine.kindOf(file)) !== 'file') continue;
    const root = tomlIn((await machine.readText(file)) ?? '', file);
    if (files.length === 0 || Object.hasOwn(tableAt(root, 'tool', 'uv'), 'workspace')) {
      files.push(file);
    }
  }
  return files;
}

/** A script with a block of its own runs apart from the project it lies in. */
async function carriesMetadata({ machine }: InstallerPorts, script: string): Promise<boolean> {
  if ((await machine.kindOf(script)) !== 'file') return false;
  return scriptBlock((await machine.readText(script)) ?? '') !== '';
}

/**
 * What projects and scripts (PEP 621, 735, 723) depend on, as far as it is said in so many words.
 * uv resolves for every extra and group at once, so all of them count.
 * @throws Refusal `WP-USAGE` for a file that is no TOML, `WP-NAME-LOOKALIKE`
 */
export async function dependencyWishes(
  { machine, pins }: InstallerPorts,
  files: readonly string[],
): Promise<readonly Wish[]> {
  const wishes: Wish[] = [];
  for (const file of files) {
    if ((await machine.kindOf(file)) !== 'file') continue;
    const text = (await machine.readText(file)) ?? '';
    const isProject = file.endsWith('.toml');
    const root = tomlIn(isProject ? text : scriptBlock(text), file);
    for (const dependency of isProject
      ? dependenciesIn(root)
      : textsIn(own(root, 'dependencies'))) {
      wishes.push(...wishesIn(pins, dependency, file));
    }
  }
  return wishes;
}

function dependenciesIn(root: Table): readonly string[] {
  const project = tableAt(root, 'project');
  const uv = tableAt(root, 'tool', 'uv');
  const groups = [tableAt(project, 'optional-dependencies'), tableAt(root, 'dependency-groups')];
  return [
    own(project, 'dependencies'),
    ...groups.flatMap((table) => Object.values(table)),
    own(uv, 'dev-dependencies'),
    own(uv, 'constraint-dependencies'),
  ].flatMap(textsIn);
}

function wishesIn(
  pins: InstallerPorts['pins'],
  dependency: string,
  where: string,
): readonly Wish[] {
  try {
    return pins.readWord(dependency, where).wishes;
  } catch (error) {
    // What is no requirement, uv refuses itself where it matters; an imitated name is ours to tell.
    if (error instanceof Refusal && error.code === 'WP-LOCKFILE-INVALID') return [];
    throw error;
  }
}
