// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { parse } from 'smol-toml';
import type { Hashes } from '../core/artifact.ts';
import { MAX_REQUIREMENT_FILE_BYTES } from '../core/limits.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { publicUrl } from '../core/url.ts';
import { normaliseVersion } from '../core/version.ts';
import {
  emptyReading,
  invalid,
  withoutHash,
  type GrowingReading,
  type LockFormat,
} from './format.ts';
import { readHash } from './hashes.ts';
import { verifyProjectName } from './requirement.ts';
import { lastSegment } from './stated-requirement.ts';

type Table = Readonly<Record<string, unknown>>;

/** pylock.toml (PEP 751; packaging.python.org/specifications/pylock-toml). */
export const PYLOCK: LockFormat = {
  name: 'pylock',
  recognises: (filename) => /^pylock\.(?:[^.]+\.)?toml$/u.test(filename),
  async read(asked, readText) {
    const text = await readText(resolve(asked.directory, asked.path));
    if (text === null) throw invalid(asked.path, 'there is no such file');
    return readPylock(text, asked.path);
  },
};

function readPylock(text: string, file: string): GrowingReading {
  const lock = parseToml(text, file);
  const version = own(lock, 'lock-version');
  // A higher minor version only adds; a higher major one changes what is meant.
  if (typeof version !== 'string' || !/^1\.\d+$/u.test(version)) {
    const found = typeof version === 'string' ? safeText(version, 40) : 'none';
    throw invalid(file, `expected lock-version "1.0", found ${found}`);
  }
  const reading = emptyReading();
  for (const [index, entry] of tables(own(lock, 'packages') ?? [], `${file}:packages`).entries()) {
    readPackage(entry, `${file}:packages[${index}]`, reading);
  }
  return reading;
}

function readPackage(entry: Table, where: string, reading: GrowingReading): void {
  const project = normaliseName(verifyProjectName(textAt(entry, 'name', where), where));
  const stated = own(entry, 'version') === undefined ? null : textAt(entry, 'version', where);
  const version = stated === null ? null : (normaliseVersion(stated) ?? stated);
  reading.wishes.push({ project, specifier: stated === null ? '' : `==${stated}`, where });
  const index = own(entry, 'index');
  if (typeof index === 'string') reading.options.push({ name: '--index-url', value: index, where });
  addPlace(own(entry, 'vcs'), 'vcs', `${where}.vcs`, reading);
  addPlace(own(entry, 'directory'), 'local', `${where}.directory`, reading);
  const files = [
    ...['sdist', 'archive'].flatMap((key) => optional(own(entry, key), `${where}.${key}`)),
    ...tables(own(entry, 'wheels') ?? [], `${where}.wheels`).map((table, at) => ({
      table,
      where: `${where}.wheels[${at}]`,
    })),
  ];
  for (const file of files) readFile(file, { project, version }, reading);
}

function readFile(
  { table, where }: { readonly table: Table; readonly where: string },
  release: { readonly project: string; readonly version: string | null },
  reading: GrowingReading,
): void {
  const address = own(table, 'url') === undefined ? null : textAt(table, 'url', where);
  if (address !== null && !URL.canParse(address))
    throw invalid(where, 'expected an address in url');
  const path = own(table, 'path') === undefined ? null : textAt(table, 'path', where);
  if (address === null && path === null)
    throw invalid(where, 'expected url or path, found neither');
  const place = address === null ? (path ?? '') : new URL(address).pathname;
  const name = own(table, 'name') === undefined ? lastSegment(place) : textAt(table, 'name', where);
  if (address === null) reading.urls.push({ url: place, kind: 'local', where });
  reading.pins.push({
    ...release,
    filename: name,
    url: address === null ? null : publicUrl(address),
    hashes: hashesIn(own(table, 'hashes'), where),
    where,
  });
}

function hashesIn(value: unknown, where: string): Hashes {
  const hashes: Record<string, string> = {};
  for (const [algorithm, hex] of Object.entries(isTable(value) ? value : {})) {
    if (typeof hex !== 'string') throw invalid(where, 'expected text as a hash');
    Object.assign(hashes, readHash(algorithm, hex, where));
  }
  if (Object.keys(hashes).length === 0) {
    throw withoutHash(where, 'PEP 751 demands one');
  }
  return hashes;
}

function addPlace(
  value: unknown,
  kind: 'vcs' | 'local',
  where: string,
  reading: GrowingReading,
): void {
  for (const { table } of optional(value, where)) {
    const url = own(table, 'url') ?? own(table, 'path');
    const type = own(table, 'type');
    if (typeof url !== 'string') throw invalid(where, 'expected url or path, found neither');
    const scheme = typeof type === 'string' ? `${type}+` : '';
    reading.urls.push({ url: kind === 'vcs' ? `${scheme}${url}` : url, kind, where });
  }
}

function parseToml(source: string, file: string): Table {
  if (source.length > MAX_REQUIREMENT_FILE_BYTES) throw invalid(file, 'is too large');
  try {
    return parse(source.replace(/^\ufeff/u, ''));
  } catch (cause) {
    // Deep nesting ends in a RangeError of the parser's recursion: no TOML that anyone wrote.
    const what = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : '';
    throw invalid(file, `is no TOML: ${safeText(what, 200)}`, cause);
  }
}

function textAt(table: Table, key: string, where: string): string {
  const value = own(table, key);
  if (typeof value !== 'string' || value === '') throw invalid(where, `expected text as ${key}`);
  return value;
}

function optional(value: unknown, where: string): readonly { table: Table; where: string }[] {
  if (value === undefined) return [];
  if (!isTable(value)) throw invalid(where, 'expected a table');
  return [{ table: value, where }];
}

function tables(value: unknown, where: string): readonly Table[] {
  if (!Array.isArray(value)) throw invalid(where, 'expected an array of tables');
  return value.map((entry: unknown, index) => {
    if (!isTable(entry)) throw invalid(`${where}[${index}]`, 'expected a table');
    return entry;
  });
}

function own(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
