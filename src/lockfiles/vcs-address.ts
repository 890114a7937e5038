// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import { invalid } from './format.ts';

/** What no address needs, and what some program of the way takes for the end of a line. */
const LINE_BREAKS =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the point
  /[\0-\x1f\x7f-\x9f\u2028\u2029]/u;

/**
 * A version control program gets host and revision as arguments of its own: what begins with a dash
 * would be an option (CVE-2023-5752, CVE-2022-36069), what breaks a line a second revision
 * (CVE-2021-3572). Percent-encoded as well: installers decode first.
 * @throws Refusal `WP-LOCKFILE-INVALID`
 */
export function verifyVcsAddress(url: string, where: string): void {
  const plain = decoded(url);
  const line = LINE_BREAKS.exec(plain)?.[0];
  if (line !== undefined) {
    const point = (line.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw invalid(where, `the address holds U+${point}, which ends a line for some programs`);
  }
  const [, authority = '', rest = ''] = /^[^:]*:(?:\/\/)?([^/?#]*)(.*)$/u.exec(plain) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const path = rest.split('#', 1)[0] ?? '';
  const revision = /@\s*(-.*)$/su.exec(path)?.[1];
  const option = host.trimStart().startsWith('-') ? host : revision;
  if (option === undefined) return;
  throw invalid(
    where,
    `${safeText(option, 100)} would be an option of the program that fetches it`,
  );
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url; // what cannot be decoded whole, installers refuse or take as it stands
  }
}
