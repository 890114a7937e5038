// SPDX-License-Identifier: Apache-2.0
import { MAX_JSON_DEPTH } from './limits.ts';

/** A JSON value. */
export type Json =
  null | boolean | string | number | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

export interface StrictJsonRules {
  /**
   * For documents that are written anew from what was read: integers within ±(2^53 − 1) alone,
   * written plainly, and no lone surrogates.
   */
  readonly plain?: true;
  /** How many brackets and commas there may be: each value costs dozens of bytes once it is read. */
  readonly mostValues?: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * JSON that every reader reads alike: UTF-8 without byte-order mark, no member twice, at most
 * MAX_JSON_DEPTH levels. Two readers that differ about a second `subject` would prove different
 * things. Linear in the size of the text.
 *
 * @throws SyntaxError whose message goes on behind the document's name.
 */
export function readStrictJson(
  bytes: Uint8Array,
  { plain, mostValues = Infinity }: StrictJsonRules = {},
): Json {
  const text = decode(bytes);
  const members = scan(text, plain === true, mostValues);
  const value = parse(text);
  if (count(value, plain === true) !== members) throw new SyntaxError('names a member twice');
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError('is not UTF-8', { cause });
  }
}

/** Node's own words quote the document, and change with its version. */
function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError('is not JSON', { cause });
  }
}

/**
 * Looks at brackets, colons, strings and, where they have to be plain, numbers, before anything is
 * built; what is wrong otherwise, JSON.parse finds. @returns how many members there are.
 */
function scan(text: string, plain: boolean, mostValues: number): number {
  let depth = 0;
  let members = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === 0x3a) members++;
    else if (code === 0x2c) values++;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) throw new SyntaxError('is nested too deeply');
      values++;
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (plain && (code === 0x2d || isDigit(code))) at = endOfInteger(text, at);
    if (values > mostValues) throw new SyntaxError(`holds more than ${mostValues} values`);
  }
  return members;
}

function endOfString(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  throw new SyntaxError('is not JSON: a string has no end');
}

function endOfInteger(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && isNumeric(text.charCodeAt(at))) at++;
  const written = text.slice(from, at);
  const value = Number(written);
  if (!Number.isSafeInteger(value) || String(value) !== written)
    throw new SyntaxError(
      `holds ${written.slice(0, 40)}, no integer that every program reads alike`,
    );
  return at - 1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** What a JSON number can hold: digits, `.`, `e`, `E`, `+`, `-`. */
function isNumeric(code: number): boolean {
  return isDigit(code) || [0x2e, 0x65, 0x45, 0x2b, 0x2d].includes(code);
}

/** How many members are left of those that were written. */
function count(value: Json, plain: boolean): number {
  if (typeof value === 'string') {
    if (plain && !value.isWellFormed()) throw new SyntaxError('holds half a character');
    return 0;
  }
  if (value === null || typeof value !== 'object') return 0;
  let members = 0;
  if (isList(value)) {
    for (const item of value) members += count(item, plain);
    return members;
  }
  for (const name of Object.keys(value)) {
    if (plain && !name.isWellFormed()) throw new SyntaxError('holds half a character in a name');
    members += 1 + count(value[name] ?? null, plain);
  }
  return members;
}

/** `Array.isArray` that knows read-only arrays. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
