// SPDX-License-Identifier: Apache-2.0
import { parse } from 'smol-toml';
import { MAX_REQUIREMENT_FILE_BYTES } from '../core/limits.ts';
import { safeText } from '../core/safe-text.ts';
import { invalid } from './format.ts';

/** What TOML calls a table, and JSON an object. */
export type Table = Readonly<Record<string, unknown>>;

/** @throws Refusal `WP-LOCKFILE-INVALID` */
export function parseToml(source: string, file: string): Table {
  return parsed(source, file, 'TOML', parse);
}

/** @throws Refusal `WP-LOCKFILE-INVALID` */
export function parseJson(source: string, file: string): Table {
  return parsed(source, file, 'JSON', (text) => JSON.parse(text));
}

/** Reads one document whose top is a table, whatever the language. */
export function parsed(
  source: string,
  file: string,
  language: string,
  read: (text: string) => unknown,
): Table {
  if (source.length > MAX_REQUIREMENT_FILE_BYTES) throw invalid(file, 'is too large');
  let value: unknown;
  try {
    value = read(source.replace(/^\ufeff/u, ''));
  } catch (cause) {
    // Deep nesting ends in a RangeError of the parser's recursion: no document that anyone wrote.
    const what = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : '';
    throw invalid(file, `is no ${language}: ${safeText(what, 200)}`, cause);
  }
  if (!isTable(value)) throw invalid(file, `expected a table at the top of the ${language}`);
  return value;
}

/** @throws Refusal `WP-LOCKFILE-INVALID` where it is missing, empty or no text */
export function textAt(table: Table, key: string, where: string): string {
  const value = own(table, key);
  if (typeof value !== 'string' || value === '') throw invalid(where, `expected text as ${key}`);
  return value;
}

/** @throws Refusal `WP-LOCKFILE-INVALID` where it is there and is no text */
export function optionalText(table: Table, key: string, where: string): string | null {
  const value = own(table, key);
  return value === undefined || value === null ? null : textAt(table, key, where);
}

export interface PlacedTable {
  readonly table: Table;
  readonly where: string;
}

/** One table or none. @throws Refusal `WP-LOCKFILE-INVALID` */
export function optional(value: unknown, where: string): readonly PlacedTable[] {
  if (value === undefined) return [];
  if (!isTable(value)) throw invalid(where, 'expected a table');
  return [{ table: value, where }];
}

/** An array of tables; none where it is absent. @throws Refusal `WP-LOCKFILE-INVALID` */
export function tables(value: unknown, where: string): readonly PlacedTable[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(where, 'expected an array of tables');
  return value.map((entry: unknown, index) => {
    if (!isTable(entry)) throw invalid(`${where}[${index}]`, 'expected a table');
    return { table: entry, where: `${where}[${index}]` };
  });
}

/** Texts of an array; what is no text is left out. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function own(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The table at a key; an empty one where there is none. */
export function within(table: Table, key: string): Table {
  const value = own(table, key);
  return isTable(value) ? value : {};
}

export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
