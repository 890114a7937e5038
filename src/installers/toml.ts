// SPDX-License-Identifier: Apache-2.0
import { parse } from 'smol-toml';
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

export type Table = Readonly<Record<string, unknown>>;

/** @throws Refusal `WP-USAGE` */
export function tomlIn(text: string, file: string): Table {
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

/** PEP 723: the comment block that holds a script's own metadata. */
export function scriptBlock(script: string): string {
  const block = /^# \/\/\/ script[ \t]*\r?\n((?:#(?:| [^\n]*)\r?\n)+?)# \/\/\/[ \t]*\r?$/mu.exec(
    script,
  )?.[1];
  return (block ?? '').replace(/^# ?/gmu, '');
}

/** The table at a path of keys; an empty one where there is none. */
export function tableAt(root: Table, ...path: readonly string[]): Table {
  let table = root;
  for (const key of path) {
    const next = own(table, key);
    if (!isTable(next)) return {};
    table = next;
  }
  return table;
}

export function own(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textsIn(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
}
