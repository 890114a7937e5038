// SPDX-License-Identifier: Apache-2.0
import { memoised } from './bounded-memo.ts';

/**
 * A whole number of any length as its digits without leading zeros. Versions hold dates, counters
 * and hashes that a double would round, which would make two different versions equal.
 */
export type Digits = string;

export interface ParsedVersion {
  readonly epoch: Digits;
  readonly release: readonly Digits[];
  readonly pre: readonly ['a' | 'b' | 'rc', Digits] | null;
  readonly post: Digits | null;
  readonly dev: Digits | null;
  /** Lower-case; numbers without leading zeros. */
  readonly local: readonly string[] | null;
}

/** What Python's `\s` takes. */
export const WHITESPACE = '[^\\S\\ufeff]*';
/** PEP 440, appendix B, without anchors and names, in parts that the specifier grammar shares. */
export const RELEASE = 'v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)*';
const PRE = '[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?[0-9]*';
const POST = '(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)';
const DEV = '[-_.]?dev[-_.]?[0-9]*';
export const SUFFIXES = `(?:${PRE})?(?:${POST})?(?:${DEV})?`;
export const LOCAL = '(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?';

// No `u` flag: with it, `i` would let U+017F and U+212A pass for `s` and `k`.
// oxlint-disable-next-line require-unicode-regexp -- see above
const VERSION = new RegExp(
  `^${WHITESPACE}v?` +
    '(?:(?<epoch>[0-9]+)!)?' +
    '(?<release>[0-9]+(?:\\.[0-9]+)*)' +
    '(?:[-_.]?(?<preLetter>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>[0-9]*))?' +
    '(?<post>-(?<postImplicit>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>[0-9]*))?' +
    '(?<dev>[-_.]?dev[-_.]?(?<devNumber>[0-9]*))?' +
    '(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?' +
    `${WHITESPACE}$`,
  'i',
);

const PRE_LETTERS: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** As packaging's `Version`; `null` for what is not a version. */
export const parseVersion = memoised({ answers: 4096, characters: 64 }, (text) =>
  readVersion(text),
);

/** As nearly all versions are spelled: numbers without leading zeros. */
const PLAIN = /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*$/u;

function readVersion(text: string): ParsedVersion | null {
  if (PLAIN.test(text)) {
    const release = text.split('.');
    return { epoch: '0', release, pre: null, post: null, dev: null, local: null };
  }
  return readAnyVersion(text);
}

function readAnyVersion(text: string): ParsedVersion | null {
  const groups = VERSION.exec(text)?.groups;
  if (groups === undefined) return null;
  const letter = PRE_LETTERS[groups['preLetter']?.toLowerCase() ?? ''];
  return {
    epoch: digits(groups['epoch']),
    release: (groups['release'] ?? '0').split('.').map((part) => digits(part)),
    pre: letter === undefined ? null : [letter, digits(groups['preNumber'])],
    post:
      groups['post'] === undefined ? null : digits(groups['postImplicit'] ?? groups['postNumber']),
    dev: groups['dev'] === undefined ? null : digits(groups['devNumber']),
    local: groups['local']?.toLowerCase().split(/[-_.]/u).map(localPart) ?? null,
  };
}

function digits(text: string | undefined): Digits {
  if (text === undefined || text === '') return '0';
  return text.startsWith('0') ? text.replace(/^0+/u, '') || '0' : text;
}

function localPart(text: string): string {
  return isNumber(text) ? digits(text) : text;
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/u.test(text);
}

/** As packaging's `str(Version)`. */
export function formatVersion(version: ParsedVersion): string {
  const { epoch, release, pre, post, dev, local } = version;
  return [
    epoch === '0' ? '' : `${epoch}!`,
    release.join('.'),
    pre === null ? '' : pre.join(''),
    post === null ? '' : `.post${post}`,
    dev === null ? '' : `.dev${dev}`,
    local === null ? '' : `+${local.join('.')}`,
  ].join('');
}

export function compareDigits(a: Digits, b: Digits): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Trailing zeros count for nothing. */
export function compareReleases(a: readonly Digits[], b: readonly Digits[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = compareDigits(a[index] ?? '0', b[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

/** PEP 440, "Summary of permitted suffixes and relative ordering". */
export function compareParsed(a: ParsedVersion, b: ParsedVersion): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    compareDigits(preRank(a), preRank(b)) ||
    compareDigits(a.pre?.[1] ?? '0', b.pre?.[1] ?? '0') ||
    compareMissingFirst(a.post, b.post) ||
    compareMissingLast(a.dev, b.dev) ||
    compareLocals(a.local, b.local)
  );
}

/** 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0, and 1.0a1 < 1.0.post1. */
function preRank({ pre, post, dev }: ParsedVersion): Digits {
  if (pre === null) return post === null && dev !== null ? '0' : '4';
  return { a: '1', b: '2', rc: '3' }[pre[0]];
}

function compareMissingFirst(a: Digits | null, b: Digits | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareDigits(a, b);
}

function compareMissingLast(a: Digits | null, b: Digits | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareDigits(a, b);
}

/** No local version is the least; a shorter one before a longer one; words before numbers. */
function compareLocals(a: ParsedVersion['local'], b: ParsedVersion['local']): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareLocalParts(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareLocalParts(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return compareDigits(a, b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
