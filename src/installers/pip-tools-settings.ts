// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import { passedPipArguments } from './passed-arguments.ts';
import { tomlAt } from './project-file.ts';
import { tableAt, textsIn, type Table } from './toml.ts';

/** What a project's settings say that pip-tools is told on its command line otherwise. */
export interface PipToolsSettings {
  readonly sources: readonly StatedOption[];
  readonly refusals: readonly Reason[];
  /** The interpreter that pip-sync installs for. */
  readonly python: string | null;
  /** Files that it works on. */
  readonly files: readonly string[];
}

export const NO_SETTINGS: PipToolsSettings = {
  sources: [],
  refusals: [],
  python: null,
  files: [],
};

/** They beat the environment that pip-tools is steered by. */
export const STRONGER = ['--cert', '--client-cert', '--cache-dir'];
/** Where distributions come from. */
export const SOURCES = ['--index-url', '--extra-index-url', '--find-links', '--trusted-host'];

/**
 * `[tool.pip-tools]` of the file that is named, or of those beside the files that it works on
 * (`piptools.utils.select_config_file`). @throws Refusal `WP-USAGE`
 */
export async function pipToolsSettings(
  machine: Machine,
  directory: string,
  { named, words }: { readonly named: readonly string[]; readonly words: readonly string[] },
): Promise<PipToolsSettings> {
  const paths = new Set(named.map((path) => resolve(directory, path)));
  const folders = named.length > 0 ? [] : [directory];
  for (const word of (named.length > 0 ? [] : words).map((one) => resolve(directory, one))) {
    folders.push((await machine.kindOf(word)) === 'directory' ? word : dirname(word));
  }
  for (const folder of folders) {
    for (const name of ['.pip-tools.toml', 'pyproject.toml']) paths.add(join(folder, name));
  }
  const found: Standing[] = [];
  for (const path of paths) {
    const tools = tableAt(await tomlAt(machine, path), 'tool', 'pip-tools');
    for (const table of [tools, tableAt(tools, 'compile'), tableAt(tools, 'sync')]) {
      found.push(...standingIn(table, path));
    }
  }
  const values = (name: string): readonly string[] =>
    found.flatMap((one) => (one.name === name ? one.values : []));
  return {
    sources: found
      .filter(({ name }) => SOURCES.includes(name))
      .flatMap(({ name, values: all, where }) => all.map((value) => ({ name, value, where }))),
    refusals: found.flatMap(({ name, values: all, where }) =>
      name === '--pip-args'
        ? passedPipArguments(all.join(' '), `${where}: pip-args`)
        : STRONGER.includes(name)
          ? [strongerRefusal(name.slice(2), where)]
          : [],
    ),
    python: values('--python-executable').at(-1) ?? null,
    files: values('--src-files'),
  };
}

export function strongerRefusal(name: string, where: string): Reason {
  const message = `${where}: ${name} would lead pip-tools past the gate`;
  return reason('WP-BYPASS-CONFIG', message, `Leave ${name} out.`);
}

interface Standing {
  readonly name: string;
  readonly values: readonly string[];
  readonly where: string;
}

/** Keys are options' names, with dashes or underscores. */
function standingIn(table: Table, where: string): readonly Standing[] {
  return Object.entries(table).map(([key, value]) => ({
    name: `--${key.replaceAll('_', '-')}`,
    values: textsIn(value),
    where,
  }));
}
