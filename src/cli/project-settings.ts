// SPDX-License-Identifier: Apache-2.0
import { parse } from 'smol-toml';
import { Refusal } from '../core/errors.ts';
import { isProjectName, normaliseName } from '../core/project-name.ts';
import { publicUrl } from '../core/url.ts';
import type { BoundProject, Growing, NamedIndex } from './project-survey.ts';

type Table = Readonly<Record<string, unknown>>;

/** Each reader knows where its tool writes indexes, and which projects it binds to them. */
type ReadSettings = (root: Table, lines: Lines, found: Growing) => void;

const SETTINGS = new Map<string, ReadSettings>([
  [
    'pyproject.toml',
    (root, lines, found) => {
      readUv(tableAt(root, 'tool', 'uv'), lines, found);
      readPoetry(tableAt(root, 'tool', 'poetry'), lines, found);
      readPdm(tableAt(root, 'tool', 'pdm'), lines, found);
    },
  ],
  ['uv.toml', readUv],
  ['Pipfile', readPipfile],
]);

/** The files that {@link readSettings} knows. */
export const SETTINGS_FILES: readonly string[] = [...SETTINGS.keys()];

/** @returns the tools that have a table in it. @throws Refusal `WP-LOCKFILE-INVALID` */
export function readSettings(file: string, text: string, found: Growing): readonly string[] {
  const root = readToml(file, text);
  SETTINGS.get(file)?.(root, new Lines(file, text), found);
  return file === 'pyproject.toml' ? Object.keys(tableAt(root, 'tool')) : [];
}

function readUv(uv: Table, lines: Lines, { indexes, bound }: Growing): void {
  for (const index of tablesIn(uv['index'])) addNamed(indexes, index, lines);
  for (const url of [uv['index-url'], ...listIn(uv['extra-index-url'])]) {
    addIndex(indexes, { name: null, url, where: lines.of(url) });
  }
  for (const [project, source] of Object.entries(tableAt(uv, 'sources'))) {
    for (const one of tablesIn(Array.isArray(source) ? source : [source])) {
      addBound(bound, project, one['index'], lines);
    }
  }
}

function readPoetry(poetry: Table, lines: Lines, { indexes, bound }: Growing): void {
  for (const source of tablesIn(poetry['source'])) addNamed(indexes, source, lines);
  const groups = Object.values(tableAt(poetry, 'group')).map((group) =>
    isTable(group) ? tableAt(group, 'dependencies') : {},
  );
  for (const dependencies of [tableAt(poetry, 'dependencies'), ...groups]) {
    for (const [project, wish] of Object.entries(dependencies)) {
      if (isTable(wish)) addBound(bound, project, wish['source'], lines);
    }
  }
}

function readPdm(pdm: Table, lines: Lines, { indexes, bound }: Growing): void {
  for (const source of tablesIn(pdm['source'])) {
    addNamed(indexes, source, lines);
    for (const project of listIn(source['include_packages'])) {
      addBound(bound, project, source['name'], lines);
    }
  }
}

function readPipfile(root: Table, lines: Lines, { indexes, bound }: Growing): void {
  for (const source of tablesIn(root['source'])) addNamed(indexes, source, lines);
  for (const section of ['packages', 'dev-packages']) {
    for (const [project, wish] of Object.entries(tableAt(root, section))) {
      if (isTable(wish)) addBound(bound, project, wish['index'], lines);
    }
  }
}

function addNamed(indexes: NamedIndex[], table: Table, lines: Lines): void {
  const { url, name } = table;
  addIndex(indexes, { name: typeof name === 'string' ? name : null, url, where: lines.of(url) });
}

export function addIndex(
  indexes: NamedIndex[],
  {
    name,
    url,
    where,
  }: { readonly name: string | null; readonly url: unknown; readonly where: string },
): void {
  // `$NAME` stands for what only the environment knows.
  if (typeof url !== 'string' || !/^https?:\/\/[^$\s]+$/iu.test(url) || !URL.canParse(url)) return;
  const address = publicUrl(url);
  const known = indexes.findIndex((one) => one.url === address);
  if (known < 0) indexes.push({ name, url: address, where });
  else if (indexes[known]?.name === null && name !== null) {
    indexes[known] = { name, url: address, where };
  }
}

function addBound(bound: BoundProject[], project: unknown, index: unknown, lines: Lines): void {
  if (typeof project !== 'string' || typeof index !== 'string') return;
  const isGlob = /^[\w.*?-]{1,128}$/u.test(project);
  if (!isGlob && !isProjectName(project)) return;
  const name = /[*?]/u.test(project) ? project.toLowerCase() : normaliseName(project);
  if (bound.some((one) => one.project === name)) return;
  bound.push({ project: name, index, where: lines.ofBinding(project, index) });
}

/** Where a value stands in a file, by the first line that spells it. */
class Lines {
  readonly #file: string;
  readonly #lines: readonly string[];

  constructor(file: string, text: string) {
    this.#file = file;
    this.#lines = text.split('\n');
  }

  of(value: unknown): string {
    return this.#first((line) => typeof value === 'string' && line.includes(value));
  }

  /** The line that names both, where there is one. */
  ofBinding(project: string, index: string): string {
    const both = this.#first((line) => line.includes(project) && line.includes(index));
    return both === this.#file ? this.of(project) : both;
  }

  #first(fits: (line: string) => boolean): string {
    const at = this.#lines.findIndex(fits);
    return at < 0 ? this.#file : `${this.#file}:${at + 1}`;
  }
}

function readToml(file: string, text: string): Table {
  try {
    return parse(text.replace(/^\ufeff/u, ''));
  } catch (cause) {
    const [what = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new Refusal('WP-LOCKFILE-INVALID', { message: `${file}: ${what}`, cause });
  }
}

function tableAt(root: Table, ...keys: readonly string[]): Table {
  let table = root;
  for (const key of keys) {
    const next = Object.hasOwn(table, key) ? table[key] : undefined;
    if (!isTable(next)) return {};
    table = next;
  }
  return table;
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function tablesIn(value: unknown): readonly Table[] {
  return listIn(value).filter(isTable);
}
