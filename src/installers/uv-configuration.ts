// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import type { StatedOption } from '../core/lockfile.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { buildVariablesIn } from './build-variables.ts';
import { isTable, own, scriptBlock, tableAt, textsIn, tomlIn, type Table } from './toml.ts';

/** Where uv looks for its settings in one run. */
export interface UvLevels {
  readonly environment: Environment;
  /** Where it starts to look for a project's files. */
  readonly project: string;
  /** Tools do not follow the project's settings. */
  readonly ignoresProject: boolean;
  readonly noFiles: boolean;
  /** `--config-file` or UV_CONFIG_FILE, absolute. */
  readonly onlyFile: string | null;
  /** A script whose own settings hold (PEP 723), absolute. */
  readonly script: string | null;
}

/** Sources as options of the command line, and the names that indexes have. */
export interface UvConfiguration {
  readonly options: readonly StatedOption[];
  readonly indexNames: ReadonlySet<string>;
}

/**
 * What uv's configuration says about where distributions come from; `http-proxy` and
 * `https-proxy` are among the options. Every file that may count is looked at.
 * @throws Refusal `WP-USAGE` for a file that cannot be read
 */
export async function readUvConfiguration(
  machine: Machine,
  levels: UvLevels,
): Promise<UvConfiguration> {
  const options: StatedOption[] = [];
  const indexNames = new Set<string>();
  const take = (settings: Table, text: string, file: string): void => {
    options.push(...optionsIn(settings, text, file));
    for (const { name } of indexesIn(settings))
      for (const one of textsIn(name)) indexNames.add(one);
  };
  for (const file of settingsFiles(levels)) {
    if ((await machine.kindOf(file)) !== 'file') continue;
    const text = (await machine.readText(file)) ?? '';
    const root = tomlIn(text, file);
    const settings = file.endsWith('pyproject.toml') ? tableAt(root, 'tool', 'uv') : root;
    take(settings, text, file);
  }
  if (levels.script !== null && (await machine.kindOf(levels.script)) === 'file') {
    const text = scriptBlock((await machine.readText(levels.script)) ?? '');
    const settings = tableAt(tomlIn(text, levels.script), 'tool', 'uv');
    take(settings, '', levels.script);
  }
  return { options, indexNames };
}

function settingsFiles(levels: UvLevels): readonly string[] {
  const { environment } = levels;
  if (levels.noFiles) return [];
  if (levels.onlyFile !== null) return [levels.onlyFile];
  const folders = (environment['XDG_CONFIG_DIRS'] ?? '').split(':').filter((part) => part !== '');
  const user = environment['XDG_CONFIG_HOME'] || join(environment['HOME'] ?? '/', '.config');
  const project = levels.ignoresProject ? [] : ancestorsOf(levels.project);
  return [
    ...project.flatMap((folder) => [join(folder, 'uv.toml'), join(folder, 'pyproject.toml')]),
    join(user, 'uv', 'uv.toml'),
    ...[...(folders.length === 0 ? ['/etc/xdg'] : folders), '/etc'].map((folder) =>
      join(folder, 'uv', 'uv.toml'),
    ),
  ];
}

/** `$NAME` and `${NAME}` of the environment; what is not set stays as written. */
export function expanded(text: string, environment: Environment): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/gu,
    (written, braced: string | undefined, bare: string | undefined) =>
      environment[braced ?? bare ?? ''] ?? written,
  );
}

/** The folder itself first. */
export function ancestorsOf(folder: string): readonly string[] {
  const all = [resolve(folder)];
  for (let above = dirname(resolve(folder)); above !== all.at(-1); above = dirname(above)) {
    all.push(above);
  }
  return all;
}

export const COMPILES = '--compile-bytecode';
/** It says itself how long what an index answers holds, whatever the answer says. */
export const TIMES = '--cache-control';
/** What is taken is for another Python, or another machine, than the one that uv installs into. */
export const FOREIGN_PLATFORM = ['--python-platform', '--python-version'];
/** Settings that hold one address, or a list of them. */
const SETTINGS = ['index-url', 'extra-index-url', 'find-links', 'allow-insecure-host'];
const SWITCHES = ['compile-bytecode', 'offline', 'no-index'];
const PROXIES = ['http-proxy', 'https-proxy'];

function optionsIn(settings: Table, text: string, file: string): readonly StatedOption[] {
  const state = (key: string, value: unknown): StatedOption[] =>
    textsIn(value).map((one) => ({
      name: `--${key}`,
      value: one,
      where: whereIs(key, text, file),
    }));
  const pip = tableAt(settings, 'pip');
  return [
    ...[...SETTINGS, ...PROXIES].flatMap((key) => state(key, own(settings, key))),
    ...SETTINGS.flatMap((key) => state(key, own(pip, key))),
    ...(own(pip, 'verify-hashes') === false
      ? [{ name: '--no-verify-hashes', value: null, where: whereIs('verify-hashes', text, file) }]
      : []),
    ...[settings, pip].flatMap((table) =>
      SWITCHES.flatMap((key) =>
        own(table, key) === true
          ? [{ name: `--${key}`, value: null, where: whereIs(key, text, file) }]
          : [],
      ),
    ),
    ...[settings, pip].flatMap((table) =>
      ['python-platform', 'python-version', 'link-mode'].flatMap((key) =>
        state(key, own(table, key)),
      ),
    ),
    ...indexesIn(settings).flatMap(({ url, isSole }) =>
      state('index', url).map((one) => (isSole ? { ...one, name: '--default-index' } : one)),
    ),
    ...(indexesIn(settings).some(({ isTimed }) => isTimed)
      ? [{ name: TIMES, value: null, where: whereIs('cache-control', text, file) }]
      : []),
    ...[settings, pip].flatMap((table) => buildVariablesIn(table, text, file)),
  ];
}

interface IndexEntry {
  readonly name: unknown;
  readonly url: unknown;
  /** It takes the place of uv's own index, and is asked for whatever no other is asked for. */
  readonly isSole: boolean;
  readonly isTimed: boolean;
}

function indexesIn(settings: Table): readonly IndexEntry[] {
  const indexes = own(settings, 'index');
  return (Array.isArray(indexes) ? indexes : [])
    .filter((entry: unknown) => isTable(entry))
    .map((entry) => ({
      name: own(entry, 'name'),
      url: own(entry, 'url'),
      isSole: own(entry, 'default') === true && own(entry, 'explicit') !== true,
      isTimed: own(entry, 'cache-control') !== undefined,
    }));
}

function whereIs(key: string, text: string, file: string): string {
  const written =
    key === 'index'
      ? /^\s*(?:\[\[.*index\]\]|index\s*=)/u
      : new RegExp(`^\\s*"?${key}"?\\s*=`, 'u');
  const line = text.split('\n').findIndex((candidate) => written.test(candidate));
  return line < 0 ? file : `${file}:${line + 1}`;
}
