// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { parseIni } from './ini.ts';
import { isTable, own, tableAt, tomlIn, type Table } from './toml.ts';
import { ancestorsOf } from './uv-configuration.ts';

/** A setting of tox, wherever it stands. */
export interface ToxSetting {
  /** As `--override` names its place: `testenv:py`, `tool.tox.env.py`. */
  readonly section: string;
  readonly key: string;
  /** All texts in it, line by line. */
  readonly lines: readonly string[];
  /** Keys of tables in it. */
  readonly names: readonly string[];
  readonly file: ToxFile;
}

export interface ToxFile {
  readonly path: string;
  readonly text: string;
}

/** What tox reads of a project. */
export interface ToxProject {
  /** The folder of the file, where tox is not told another one. */
  readonly root: string;
  readonly settings: readonly ToxSetting[];
}

const NAMES = ['tox.ini', 'setup.cfg', 'pyproject.toml', 'tox.toml'];

/**
 * The files in which tox looks for its settings (`tox.config.source.discover`): the one that is
 * named, or the nearest ones at or above a folder. @throws Refusal `WP-USAGE`
 */
export async function readToxProject(
  machine: Machine,
  { directory }: Call,
  stated: string | undefined,
): Promise<ToxProject> {
  const named = stated === undefined ? null : resolve(directory, stated);
  if (named !== null && (await machine.kindOf(named)) === 'file') {
    const file = { path: named, text: (await machine.readText(named)) ?? '' };
    return { root: dirname(named), settings: settingsIn(file) };
  }
  for (const root of named === null ? ancestorsOf(directory) : [named]) {
    const settings: ToxSetting[] = [];
    for (const name of NAMES) {
      const path = join(root, name);
      if ((await machine.kindOf(path)) !== 'file') continue;
      settings.push(...settingsIn({ path, text: (await machine.readText(path)) ?? '' }));
    }
    if (settings.length > 0) return { root, settings };
  }
  return { root: directory, settings: [] };
}

function settingsIn(file: ToxFile): readonly ToxSetting[] {
  const { path, text } = file;
  if (!path.endsWith('.toml')) {
    // Other programs keep their settings in setup.cfg, too.
    return path.endsWith('.cfg') && !text.includes('[tox:tox]') ? [] : iniSettings(text, file);
  }
  const table = tomlIn(text, path);
  if (!path.endsWith('pyproject.toml')) return tomlSettings(table, [], file);
  const mine = tableAt(table, 'tool', 'tox');
  const legacy = own(mine, 'legacy_tox_ini');
  return [
    ...(typeof legacy === 'string' ? iniSettings(legacy, file) : []),
    ...tomlSettings(mine, ['tool', 'tox'], file),
  ];
}

function iniSettings(text: string, file: ToxFile): readonly ToxSetting[] {
  return parseIni(text, file.path).map(({ section, key, value }) => ({
    section,
    key: key.toLowerCase(),
    lines: value.split('\n'),
    names: [],
    file,
  }));
}

/** A table's keys, and those of the tables in it. */
function tomlSettings(table: Table, path: readonly string[], file: ToxFile): ToxSetting[] {
  const section = path.map((part) => part.replaceAll('.', String.raw`\.`)).join('.');
  return Object.entries(table).flatMap(([key, value]) => [
    ...(key === 'legacy_tox_ini' ? [] : [{ section, key, ...partsOf(value), file }]),
    ...(isTable(value) ? tomlSettings(value, [...path, key], file) : []),
  ]);
}

function partsOf(value: unknown): Pick<ToxSetting, 'lines' | 'names'> {
  if (typeof value === 'string') return { lines: value.split('\n'), names: [] };
  if (Array.isArray(value)) {
    const parts = value.map(partsOf);
    return {
      lines: parts.flatMap(({ lines }) => lines),
      names: parts.flatMap(({ names }) => names),
    };
  }
  if (!isTable(value)) return { lines: [], names: [] };
  const { lines, names } = partsOf(Object.values(value));
  return { lines, names: [...Object.keys(value), ...names] };
}

/** `tox.ini:12`, where a text stands; the file alone where that cannot be told. */
export function placeIn({ path, text }: ToxFile, found: string): string {
  const line = text.split('\n').findIndex((one) => one.includes(found));
  return line < 0 ? path : `${path}:${line + 1}`;
}
