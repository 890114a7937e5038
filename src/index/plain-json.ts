// SPDX-License-Identifier: Apache-2.0
import { MAX_JSON_DEPTH, MAX_PAGE_ENTRIES } from '../core/limits.ts';

/** Larger pages are read an entry at a time, and so never twice in memory. */
export const MAX_PLAIN_BYTES = 8 * 1024 ** 2;

/**
 * The value of a page that says everything in the one way that `JSON.stringify` says it, as indexes
 * do; `undefined` for any other, which {@link outlineJson} reads. A member that stands there twice, a
 * number that a double would change or anything between the tokens would be lost on the way back.
 */
export function parsePlainJson(bytes: Buffer, listed: string): Record<string, unknown> | undefined {
  if (bytes.length > MAX_PLAIN_BYTES) return undefined;
  const text = bytes.toString('utf8');
  const value = parsed(text);
  if (!isObject(value)) return undefined;
  // The bound first: what is nested deeper than the stack, `JSON.stringify` would not end well.
  if (!isBounded(value, MAX_JSON_DEPTH) || JSON.stringify(value) !== text) return undefined;
  const members: Record<string, unknown> = { ...value };
  const list = Object.hasOwn(members, listed) ? members[listed] : null;
  return Array.isArray(list) && list.length > MAX_PAGE_ENTRIES ? undefined : members;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a text; `undefined` where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Neither too deep, nor with a whole number that another one would be rounded to. */
export function isBounded(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const one of Array.isArray(value) ? value : Object.values(value)) {
    if (!isBounded(one, depth - 1)) return false;
  }
  return true;
}
