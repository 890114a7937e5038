// SPDX-License-Identifier: Apache-2.0

/** Keys and, for arrays, places counted from 0: `['project', 0, 'first-use']`. */
export type KeyPath = readonly (string | number)[];

/** `[[project]] 1, first-use`: how a person finds it. */
export function formatKeyPath(keyPath: KeyPath): string {
  const [table, place, ...rest] = keyPath;
  if (typeof place !== 'number') return keyPath.join('.');
  const within = rest.length === 0 ? '' : `, ${rest.join('.')}`;
  return `[[${String(table)}]] ${place + 1}${within}`;
}

/**
 * The line (counted from 1) on which a key stands, as far as a plain look at the text tells;
 * without it, the line of the table that should hold it; `null` where neither is found.
 */
export function lineOf(text: string, keyPath: KeyPath): number | null {
  const wanted = keyPath.map(String);
  const seen = new Map<string, number>();
  let table: readonly string[] = [];
  let tableLine: number | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[(\[?)([^\]]+)\]/u.exec(line);
    if (header !== null) {
      table = tableOf(header, seen);
      if (isWithin(table, wanted)) tableLine = index + 1;
      if (isWithin(wanted, table)) tableLine ??= index + 1;
      continue;
    }
    const key = /^\s*([\w."'-]+)\s*=/u.exec(line)?.[1];
    if (key !== undefined && isWithin([...table, ...partsOf(key)], wanted)) return index + 1;
  }
  return tableLine;
}

function tableOf(header: RegExpExecArray, seen: Map<string, number>): readonly string[] {
  const [, second, name = ''] = header;
  const parts = partsOf(name);
  if (second === '') return parts;
  const key = parts.join('\n');
  const place = (seen.get(key) ?? -1) + 1;
  seen.set(key, place);
  return [...parts, String(place)];
}

function partsOf(key: string): readonly string[] {
  return key.split('.').map((part) => part.trim().replace(/^["']|["']$/gu, ''));
}

/** Whether the key or table found is the wanted one, or holds it. */
function isWithin(found: readonly string[], wanted: readonly string[]): boolean {
  return found.length <= wanted.length && found.every((part, index) => part === wanted[index]);
}
