// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import type { PinReading } from '../core/lockfile.ts';
import type { StatedSource } from '../core/repository.ts';
import type { InstallerPorts } from './ports.ts';
import { sourcesIn } from './repositories.ts';
import { vcsAddress } from './stated-dependencies.ts';
import { isTable, own, scriptBlock, tableAt, textsIn, tomlIn, type Table } from './toml.ts';
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

/** What a project or script says that it depends on. */
interface Dependencies {
  readonly wishes: readonly Wish[];
  readonly sources: readonly StatedSource[];
}

/**
 * What projects and scripts (PEP 621, 735, 723) depend on, as far as it is said in so many words, and
 * the repositories that `[tool.uv.sources]` takes it from. uv resolves for every extra and group at
 * once, so all of them count.
 * @throws Refusal `WP-USAGE` for a file that is no TOML, `WP-NAME-LOOKALIKE`
 */
export async function dependenciesOf(
  { machine, pins }: InstallerPorts,
  files: readonly string[],
): Promise<Dependencies> {
  const wishes: Wish[] = [];
  const sources: StatedSource[] = [];
  for (const file of files) {
    if ((await machine.kindOf(file)) !== 'file') continue;
    const text = (await machine.readText(file)) ?? '';
    const isProject = file.endsWith('.toml');
    const root = tomlIn(isProject ? text : scriptBlock(text), file);
    const stated = isProject ? dependenciesIn(root) : textsIn(own(root, 'dependencies'));
    for (const reading of stated.flatMap((dependency) => readingOf(pins, dependency, file))) {
      wishes.push(...reading.wishes);
      sources.push(...sourcesIn(reading));
    }
    for (const word of repositoriesIn(root))
      sources.push(...readingOf(pins, word, file).flatMap(sourcesIn));
  }
  return { wishes, sources };
}

/** `[tool.uv.sources]`: one table for each name, or several under markers. */
function repositoriesIn(root: Table): readonly string[] {
  return Object.entries(tableAt(root, 'tool', 'uv', 'sources')).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => {
      const address = isTable(one) ? own(one, 'git') : null;
      if (!isTable(one) || typeof address !== 'string') return [];
      return [`${name} @ ${vcsAddress('git', address, one)}`];
    }),
  );
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

function readingOf(
  pins: InstallerPorts['pins'],
  dependency: string,
  where: string,
): readonly PinReading[] {
  try {
    return [pins.readWord(dependency, where)];
  } catch (error) {
    // What is no requirement, uv refuses itself where it matters; an imitated name is ours to tell.
    if (error instanceof Refusal && error.code === 'WP-LOCKFILE-INVALID') return [];
    throw error;
  }
}
