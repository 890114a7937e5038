// SPDX-License-Identifier: Apache-2.0
import type { StatedOption } from '../core/lockfile.ts';
import { projectRequirements, type ProjectFile } from './project-file.ts';
import type { Asked } from './run-outlook.ts';
import { statedDependencies } from './stated-dependencies.ts';
import { isTable, own, tableAt, type Table } from './toml.ts';

/** Where a project says that distributions come from. */
export interface PoetrySource {
  readonly name: string;
  readonly option: StatedOption;
}

/** `[[tool.poetry.source]]`; the one called PyPI may have no address. */
export function poetrySources({ table, path }: ProjectFile): readonly PoetrySource[] {
  const sources = own(tableAt(table, 'tool', 'poetry'), 'source');
  return (Array.isArray(sources) ? sources : []).filter(isTable).flatMap((source) => {
    const name = textOf(source, 'name');
    const url = textOf(source, 'url');
    const option = { name: '--index-url', value: url, where: path };
    return name === '' ? [] : [{ name, option: url === '' ? { ...option, value: null } : option }];
  });
}

/** What the project wishes for: groups, extras, and the plugins that it requires of Poetry. */
export function poetryRequirements(file: ProjectFile): Asked['requirements'] {
  const poetry = tableAt(file.table, 'tool', 'poetry');
  const groups = Object.values(tableAt(poetry, 'group')).filter(isTable);
  const tables = [
    tableAt(poetry, 'dependencies'),
    tableAt(poetry, 'dev-dependencies'),
    tableAt(poetry, 'requires-plugins'),
    ...groups.map((group) => tableAt(group, 'dependencies')),
  ];
  return [
    ...projectRequirements(file),
    ...tables.flatMap((table) => statedDependencies(table, file.path)),
  ];
}

export function requiresPlugins({ table }: ProjectFile): boolean {
  return Object.keys(tableAt(table, 'tool', 'poetry', 'requires-plugins')).length > 0;
}

/** PEP 621's name, or Poetry's own; a project that is not packaged may have none. */
export function poetryName({ table }: ProjectFile): string {
  const name = textOf(tableAt(table, 'project'), 'name');
  return name || textOf(tableAt(table, 'tool', 'poetry'), 'name') || 'non-package-mode';
}

function textOf(table: Table, key: string): string {
  const value = own(table, key);
  return typeof value === 'string' ? value : '';
}
