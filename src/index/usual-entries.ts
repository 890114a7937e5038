// SPDX-License-Identifier: Apache-2.0
import { isAscii } from 'node:buffer';
import { KIB, MAX_JSON_DEPTH, MAX_PAGE_ENTRIES } from '../core/limits.ts';
import { isBounded, isObject, MAX_PLAIN_BYTES, parsed } from './plain-json.ts';
import { UsualEntry } from './usual-entry.ts';
import { usualLayout, type UsualLayout } from './usual-layout.ts';

/** A page whose files are listed in the usual way, as far as that can be seen from both ends. */
export interface UsualPage {
  /** The page without its entries: whatever else it says, and that it is JSON, is to be proved of this. */
  readonly rest: Buffer;
  readonly text: string;
  /** From behind the list's opening bracket to its closing one. */
  readonly start: number;
  readonly end: number;
}

export interface UsualListener {
  onUsual(entry: UsualEntry): void;
  /** An entry that says something in another way: its value, in which nothing was said twice. */
  onOther(entry: Readonly<Record<string, unknown>>): void;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** A brace or comma before a quote: the quote opens a name, or what follows is no JSON. */
const LIST = /[{,] ?"files": ?\[/u;
/** In no usual page does so much stand before its entries. */
const MOST_BEFORE = 64 * KIB;
const MOST_CHARACTERS = 4 * KIB;
const MOST_LAYOUTS = 4;

/** Where a page's entries lie; `null`: to be read the general way. */
export function findUsualPage(bytes: Buffer): UsualPage | null {
  if (bytes.length > MAX_PLAIN_BYTES || !isAscii(bytes)) return null;
  const text = bytes.toString('latin1');
  const found = LIST.exec(text.slice(0, MOST_BEFORE));
  if (found === null) return null;
  const start = found.index + found[0].length;
  const end = text.lastIndexOf('}]') + 1;
  if (end <= start || !isOnTop(text.slice(0, start))) return null;
  const rest = Buffer.from(text.slice(0, start) + text.slice(end), 'latin1');
  return { rest, text, start, end };
}

/** Whether a list that has just begun is the root object's own, in the beginning of JSON. */
function isOnTop(before: string): boolean {
  const tokens = before.replaceAll(/"(?:[^"\\]|\\.)*"/gu, '');
  const opened = tokens.replaceAll(/[^[{]/gu, '').length;
  return tokens.startsWith('{') && opened - tokens.replaceAll(/[^\]}]/gu, '').length === 2;
}

/**
 * Reads the entries one after the other. Where the expression of their layout matches, no member is
 * there twice, none is missing and no number is changed; V8 compiles it at once, and nothing is
 * built of an entry but what is taken out of it.
 * @returns `false`: not all of them can be read like this; whatever was told so far counts for nothing.
 */
export function readUsualEntries(
  { text, start, end }: UsualPage,
  listener: UsualListener,
): boolean {
  const layouts: UsualLayout[] = [];
  let at = start;
  for (let count = 1; count <= MAX_PAGE_ENTRIES; count += 1) {
    const after = usualAt(layouts, text, at, listener) ?? otherAt(layouts, text, at, listener);
    if (after === null) return false;
    if (after >= end) return after === end;
    if (text[after] !== ',') return false;
    at = text[after + 1] === ' ' ? after + 2 : after + 1;
  }
  return false;
}

/** @returns where the entry ends; `null`: it has none of these layouts. */
function usualAt(
  layouts: readonly UsualLayout[],
  text: string,
  at: number,
  listener: UsualListener,
): number | null {
  for (const { entry, places } of layouts) {
    entry.lastIndex = at;
    const match = entry.exec(text);
    if (match === null) continue;
    const after = entry.lastIndex;
    listener.onUsual(new UsualEntry(match, places));
    return after;
  }
  return null;
}

/** The first entry of a layout, or one that says something in another way, as `JSON.stringify` does. */
function otherAt(
  layouts: UsualLayout[],
  text: string,
  at: number,
  listener: UsualListener,
): number | null {
  const sample = text.slice(at, at + MOST_CHARACTERS);
  const length = lengthOfObject(sample);
  const source = sample.slice(0, length);
  const value = parsed(source);
  if (!isObject(value)) return null;
  if (layouts.length < MOST_LAYOUTS) {
    const space = /^\{"[a-z-]*": /u.test(source) ? ' ' : '';
    const layout = usualLayout(Object.keys(value), space);
    if (layout !== null && !layouts.includes(layout)) {
      layouts.push(layout);
      const after = usualAt([layout], text, at, listener);
      if (after !== null) return after;
    }
  }
  // The root and the list are around it.
  if (!isBounded(value, MAX_JSON_DEPTH - 2) || JSON.stringify(value) !== source) return null;
  listener.onOther(value);
  return at + length;
}

/** How far the braces go that open here; what it is has to be seen. */
function lengthOfObject(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE) depth += 1;
    if (code !== CLOSE_BRACE) continue;
    depth -= 1;
    if (depth === 0) return at + 1;
  }
  return 0;
}
