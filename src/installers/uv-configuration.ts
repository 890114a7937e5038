// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { Refusal } from '../core/errors.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';

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

/**
 * What uv's configuration says about where distributions come from, as options of the command
 * line; `http-proxy` and `https-proxy` among them. Every file that may count is looked at.
 * @throws Refusal `WP-USAGE` for a file that cannot be read
 */
export async function readUvConfiguration(
  machine: Machine,
  levels: UvLevels,
): Promise<readonly StatedOption[]> {
  const options: StatedOption[] = [];
  for (const file of settingsFiles(levels)) {
    if ((await machine.kindOf(file)) !== 'file') continue;
    const text = (await machine.readText(file)) ?? '';
    const root = tomlIn(text, file);
    const settings = file.endsWith('pyproject.toml') ? tableAt(root, 'tool', 'uv') : root;
    options.push(...optionsIn(settings, text, file));
  }
  if (levels.script !== null && (await machine.kindOf(levels.script)) === 'file') {
    const text = scriptBlock((await machine.readText(levels.script)) ?? '');
    const settings = tableAt(tomlIn(text, levels.script), 'tool', 'uv');
    options.push(...optionsIn(settings, '', levels.script));
  }
  return options;
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

/** The folder itself first. */
export function ancestorsOf(folder: string): readonly string[] {
  const all = [resolve(folder)];
  for (let above = dirname(resolve(folder)); above !== all.at(-1); above = dirname(above)) {
    all.push(above);
  }
  return all;
}

type Table = Readonly<Record<string, unknown>>;

/** Settings that hold one address, or a list of them. */
const SETTINGS = ['index-url', 'extra-index-url', 'find-links', 'allow-insecure-host'];
const PROXIES = ['http-proxy', 'https-proxy'];

function optionsIn(settings: Table, text: string, file: string): readonly StatedOption[] {
  const state = (key: string, value: unknown): StatedOption[] =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => typeof one === 'string')
      .map((one) => ({ name: `--${key}`, value: one, where: whereIs(key, text, file) }));
  const pip = tableAt(settings, 'pip');
  const indexes = own(settings, 'index');
  return [
    ...[...SETTINGS, ...PROXIES].flatMap((key) => state(key, own(settings, key))),
    ...SETTINGS.flatMap((key) => state(key, own(pip, key))),
    ...(Array.isArray(indexes) ? indexes : []).flatMap((entry: unknown) =>
      state('index', isTable(entry) ? own(entry, 'url') : undefined),
    ),
  ];
}

function whereIs(key: string, text: string, file: string): string {
  const written =
    key === 'index'
      ? /^\s*(?:\[\[.*index\]\]|index\s*=)/u
      : new RegExp(`^\\s*"?${key}"?\\s*=`, 'u');
  const line = text.split('\n').findIndex((candidate) => written.test(candidate));
  return line < 0 ? file : `${file}:${line + 1}`;
}

/** PEP 723: the comment block that holds a script's own metadata. */
function scriptBlock(script: string): string {
  const block = /^# \/\/\/ script[ \t]*\r?\n((?:#(?:| [^\n]*)\r?\n)+?)# \/\/\/[ \t]*\r?$/mu.exec(
    script,
  )?.[1];
  return (block ?? '').replace(/^# ?/gmu, '');
}

function tomlIn(text: string, file: string): Table {
  try {
    return parse(text.replace(/^\ufeff/u, ''));
  } catch (cause) {
    const what = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : '';
    throw new Refusal('WP-USAGE', {
      message: `${file} is no TOML: ${safeText(what, 200)}`,
      hint: 'Mend the file; the installer cannot read it either.',
      cause,
    });
  }
}

function tableAt(root: Table, ...path: readonly string[]): Table {
  let table = root;
  for (const key of path) {
    const next = own(table, key);
    if (!isTable(next)) return {};
    table = next;
  }
  return table;
}

function own(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
