// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { MAX_METADATA_DEPTH } from './limits.ts';

/** A JSON value without numbers that another program could read otherwise. */
export type Json =
  null | boolean | string | number | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses what two programs must read alike: valid UTF-8 without a byte-order mark, no member named
 * twice, integers within ±(2^53 − 1) written plainly, no lone surrogates, bounded nesting. Linear
 * in the size of the text.
 *
 * @throws Refusal `WP-TUF-MALFORMED`
 */
export function parseStrictJson(bytes: Uint8Array, what: string): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const members = scan(text);
    const value: Json = JSON.parse(text);
    if (count(value) !== members) throw new SyntaxError('a member is named twice');
    return value;
  } catch (error) {
    throw malformed(what, error instanceof Error ? error.message : String(error));
  }
}

export function malformed(what: string, why: string): Refusal {
  return new Refusal('WP-TUF-MALFORMED', { message: `${what}: ${why}` });
}

/** Checks nesting and the form of numbers before anything is built. @returns how many members there are. */
function scan(text: string): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === 0x3a) members++;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_METADATA_DEPTH) throw new SyntaxError('it is nested too deeply');
    } else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) at = endOfInteger(text, at);
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
  throw new SyntaxError('a string has no end');
}

function endOfInteger(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && isNumeric(text.charCodeAt(at))) at++;
  const written = text.slice(from, at);
  const value = Number(written);
  if (!Number.isSafeInteger(value) || String(value) !== written)
    throw new SyntaxError(
      `${written.slice(0, 40)} is not an integer that every program reads alike`,
    );
  return at - 1;
}

/** What a JSON number can hold: digits, `.`, `e`, `E`, `+`, `-`. */
function isNumeric(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2e ||
    code === 0x65 ||
    code === 0x45 ||
    code === 0x2b ||
    code === 0x2d
  );
}

function count(value: Json): number {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new SyntaxError('a string holds half a character');
    return 0;
  }
  if (value === null || typeof value !== 'object') return 0;
  let members = 0;
  if (isList(value)) {
    for (const item of value) members += count(item);
    return members;
  }
  for (const name of Object.keys(value)) {
    if (!name.isWellFormed()) throw new SyntaxError('a name holds half a character');
    members += 1 + count(value[name] ?? null);
  }
  return members;
}

/** `Array.isArray` that knows read-only arrays. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
