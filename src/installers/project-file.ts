// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Machine } from '../core/machine.ts';
import type { Asked } from './run-outlook.ts';
import { own, tableAt, textsIn, tomlIn, type Table } from './toml.ts';
import { ancestorsOf } from './uv-configuration.ts';

/** A project's `pyproject.toml`, as its tools read it. */
export interface ProjectFile {
  /** The folder that holds it. */
  readonly root: string;
  readonly path: string;
  readonly table: Table;
}

/** The nearest one at or above a folder; `null` where there is none. @throws Refusal `WP-USAGE` */
export async function findProjectFile(
  machine: Machine,
  folder: string,
): Promise<ProjectFile | null> {
  for (const root of ancestorsOf(folder)) {
    const path = join(root, 'pyproject.toml');
    if ((await machine.kindOf(path)) !== 'file') continue;
    return { root, path, table: tomlIn((await machine.readText(path)) ?? '', path) };
  }
  return null;
}

/** A TOML file's table; an empty one where there is no such file. @throws Refusal `WP-USAGE` */
export async function tomlAt(machine: Machine, path: string): Promise<Table> {
  if ((await machine.kindOf(path)) !== 'file') return {};
  return tomlIn((await machine.readText(path)) ?? '', path);
}

/** What a project depends on by PEP 621 and PEP 735, and what its build requires by PEP 518. */
export function projectRequirements({ table, path }: ProjectFile): Asked['requirements'] {
  const project = tableAt(table, 'project');
  const groups = [
    tableAt(project, 'optional-dependencies'),
    tableAt(table, 'dependency-groups'),
  ].flatMap((group) => Object.values(group));
  return [own(project, 'dependencies'), ...groups]
    .flatMap(textsIn)
    .map((text) => ({ text, where: path, lenient: true as const }));
}
