// SPDX-License-Identifier: Apache-2.0
import { memoised } from './bounded-memo.ts';
import { compareParsed, formatVersion, parseVersion } from './pep440.ts';

export { isSpecifier, satisfies } from './specifier.ts';

/** The one spelling of a version (PEP 440, as packaging's `str(Version)`); `null` for what is none. */
export const normaliseVersion = memoised(
  { answers: 4096, characters: 64 },
  (text): string | null => {
    const version = parseVersion(text);
    return version === null ? null : formatVersion(version);
  },
);

/** Below, at or above zero as `a` is older than, equal to or newer than `b`. What is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left !== null && right !== null) return compareParsed(left, right);
  if (left !== null || right !== null) return left === null ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether it is an alpha, beta, release candidate or development release. */
export function isPrerelease(version: string): boolean {
  const parsed = parseVersion(version);
  return parsed !== null && (parsed.pre !== null || parsed.dev !== null);
}

/**
 * The line of releases that a version continues: its first number, or the first two below 1; an
 * epoch stays. 6.3 and 7.0 are two lines, so a back-port is not compared with the newer major.
 */
export function releaseLine(version: string): string {
  const parsed = parseVersion(version);
  if (parsed === null) return version;
  const [major = '0', minor = '0'] = parsed.release;
  const epoch = parsed.epoch === '0' ? '' : `${parsed.epoch}!`;
  return major === '0' ? `${epoch}0.${minor}` : `${epoch}${major}`;
}
