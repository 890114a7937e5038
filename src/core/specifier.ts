// SPDX-License-Identifier: Apache-2.0
import {
  compareDigits,
  compareParsed,
  compareReleases,
  LOCAL,
  type ParsedVersion,
  parseVersion,
  RELEASE,
  SUFFIXES,
  WHITESPACE,
} from './pep440.ts';

// No `u` flag, for the reason given in pep440.ts.
// oxlint-disable-next-line require-unicode-regexp -- see above
const SPECIFIER = new RegExp(
  `^(?:(===)${WHITESPACE}([^\\s;)]*)` +
    `|(==|!=)${WHITESPACE}(${RELEASE}(?:\\.\\*|${SUFFIXES}${LOCAL}))` +
    `|(~=)${WHITESPACE}(v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)+${SUFFIXES})` +
    `|(<=|>=|<|>)${WHITESPACE}(${RELEASE}${SUFFIXES}))$`,
  'i',
);

interface Clause {
  readonly operator: string;
  readonly version: string;
}

/** A comma-separated set of version specifiers (PEP 440), as packaging's `SpecifierSet` takes it; may be empty. */
export function isSpecifier(text: string): boolean {
  return parseClauses(text) !== null;
}

/**
 * Whether a version meets a specifier, as packaging's `SpecifierSet.contains`: a pre-release does
 * unless `prereleases` is false. `false` for what is no specifier.
 */
export function satisfies(
  version: string,
  specifier: string,
  options: { readonly prereleases?: boolean } = {},
): boolean {
  const clauses = parseClauses(specifier);
  if (clauses === null) return false;
  const parsed = parseVersion(version);
  const isPre = parsed !== null && (parsed.pre !== null || parsed.dev !== null);
  if (isPre && options.prereleases === false) return false;
  return clauses.every((clause) => {
    if (clause.operator === '===') return clause.version.toLowerCase() === version.toLowerCase();
    return parsed !== null && meets(parsed, clause);
  });
}

function parseClauses(text: string): readonly Clause[] | null {
  const clauses: Clause[] = [];
  for (const part of text.split(',')) {
    const clause = part.trim();
    if (clause === '') continue;
    const [operator, version] = SPECIFIER.exec(clause)?.slice(1).filter(isGiven) ?? [];
    if (operator === undefined || version === undefined) return null;
    clauses.push({ operator, version });
  }
  return clauses;
}

function isGiven(group: string | undefined): group is string {
  return group !== undefined;
}

/** PEP 440, "Version specifiers", one operator each. */
function meets(candidate: ParsedVersion, { operator, version }: Clause): boolean {
  const wildcard = version.endsWith('.*');
  const named = parseVersion(wildcard ? version.slice(0, -2) : version);
  if (named === null) return false;
  const publicOrder = compareParsed({ ...candidate, local: null }, named);
  switch (operator) {
    case '==':
      return equals(candidate, named, wildcard);
    case '!=':
      return !equals(candidate, named, wildcard);
    case '<=':
      return publicOrder <= 0;
    case '>=':
      return compareParsed(candidate, named) >= 0;
    case '~=':
      return (
        compareParsed(candidate, named) >= 0 &&
        hasPrefix(candidate, named, named.release.length - 1)
      );
    case '>':
      return publicOrder > 0 && !isExcludedPost(candidate, named);
    case '<':
      return isBelow(candidate, named);
    default:
      return false;
  }
}

function equals(candidate: ParsedVersion, named: ParsedVersion, wildcard: boolean): boolean {
  if (wildcard) return hasPrefix(candidate, named, named.release.length);
  const compared = named.local === null ? { ...candidate, local: null } : candidate;
  return compareParsed(compared, named) === 0;
}

function hasPrefix(candidate: ParsedVersion, named: ParsedVersion, length: number): boolean {
  return (
    compareDigits(candidate.epoch, named.epoch) === 0 &&
    compareReleases(candidate.release.slice(0, length), named.release.slice(0, length)) === 0
  );
}

/** `>1.7` leaves out 1.7.post1; `>1.7.post1` takes 1.7.post2 (PEP 440, "Exclusive ordered comparison"). */
function isExcludedPost(candidate: ParsedVersion, named: ParsedVersion): boolean {
  if (named.post !== null || named.dev !== null || candidate.post === null) return false;
  return compareParsed({ ...candidate, post: null, dev: null, local: null }, named) === 0;
}

/** `<1.7` leaves out 1.7a1, unless it names a pre-release itself. */
function isBelow(candidate: ParsedVersion, named: ParsedVersion): boolean {
  const isPre = named.pre !== null || named.dev !== null;
  return compareParsed(candidate, isPre ? named : { ...named, dev: '0' }) < 0;
}
