// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { tomlAt } from './project-file.ts';
import { isTable, own, tableAt, type Table } from './toml.ts';

/** Poetry's settings as far as they matter here, each level after the one that beats it. */
export interface PoetrySettings {
  /** Of a dotted name, `virtualenvs.path`; `null` where nobody set it. */
  one(name: string): string | null;
  /** Names under `certificates` and `repositories`. */
  readonly repositories: readonly string[];
}

/**
 * Variables, then the project's poetry.toml, then the user's auth.toml and config.toml.
 * @throws Refusal `WP-USAGE` for a file that is no TOML
 */
export async function readPoetrySettings(
  machine: Machine,
  { environment }: Call,
  root: string | null,
): Promise<PoetrySettings> {
  const configuration = environment['XDG_CONFIG_HOME'] || join(homeOf(environment), '.config');
  const folder = environment['POETRY_CONFIG_DIR'] || join(configuration, 'pypoetry');
  const files = [
    ...(root === null ? [] : [join(root, 'poetry.toml')]),
    join(folder, 'auth.toml'),
    join(folder, 'config.toml'),
  ];
  const levels: Table[] = [];
  for (const file of files) levels.push(await tomlAt(machine, file));
  return {
    one(name) {
      const variable = environment[`POETRY_${name.toUpperCase().replace(/[.-]/gu, '_')}`];
      if (variable !== undefined) return variable;
      const keys = name.split('.');
      const last = keys.at(-1) ?? '';
      const values = levels.map((level) => own(tableAt(level, ...keys.slice(0, -1)), last));
      const found = values.find((value) => typeof value === 'string' || typeof value === 'boolean');
      return found === undefined ? null : String(found);
    },
    repositories: levels.flatMap((level) =>
      ['certificates', 'repositories'].flatMap((key) => {
        const table = own(level, key);
        return isTable(table) ? Object.keys(table) : [];
      }),
    ),
  };
}

/** Where Poetry keeps environments; by default inside its cache, which is another one here. */
export function environmentsFolder(
  settings: PoetrySettings,
  { environment, directory }: Call,
): string {
  const home = homeOf(environment);
  const usual = environment['XDG_CACHE_HOME'] || join(home, '.cache');
  const cache = settings.one('cache-dir') ?? join(usual, 'pypoetry');
  const stated = settings.one('virtualenvs.path') ?? '{cache-dir}/virtualenvs';
  const path = stated.replaceAll('{cache-dir}', cache).replace(/^~(?=\/|$)/u, home);
  return resolve(directory, path);
}

function homeOf(environment: Call['environment']): string {
  return environment['HOME'] ?? '/';
}
