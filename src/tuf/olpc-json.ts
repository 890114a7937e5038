// SPDX-License-Identifier: Apache-2.0
import { isList, type Json } from '../core/strict-json.ts';

/**
 * The bytes that TUF signatures are made over: OLPC canonical JSON (TUF specification, section
 * 4.2.1), as securesystemslib and @tufjs/canonical-json write it. Members are sorted by code point,
 * strings escape `"` and `\` alone.
 */
export function olpcJson(value: Json): string {
  const parts: string[] = [];
  write(value, parts);
  return parts.join('');
}

function write(value: Json, parts: string[]): void {
  if (typeof value === 'string') return void parts.push(olpcString(value));
  if (value === null || typeof value !== 'object') return void parts.push(String(value));
  if (isList(value)) {
    parts.push('[');
    for (const [place, item] of value.entries()) {
      if (place > 0) parts.push(',');
      write(item, parts);
    }
    return void parts.push(']');
  }
  parts.push('{');
  let first = true;
  for (const name of sorted(Object.keys(value))) {
    parts.push(first ? '' : ',', olpcString(name), ':');
    first = false;
    write(value[name] ?? null, parts);
  }
  parts.push('}');
}

/** A string as OLPC canonical JSON writes it. */
export function olpcString(text: string): string {
  return /["\\]/u.test(text) ? `"${text.replace(/["\\]/gu, '\\$&')}"` : `"${text}"`;
}

/** UTF-16 order is code point order as long as nobody uses surrogates. */
function sorted(names: string[]): string[] {
  const plain = names.every((name) => !/[\ud800-\udfff]/.test(name));
  return plain ? names.sort() : names.sort(byCodePoint);
}

function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}
