// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import { satisfies } from '../core/version.ts';
import { matchesGlob } from './glob.ts';
import type { Policy, PolicyException } from './policy.ts';

/**
 * Rules that an exception may lift, with the short names a policy may use for them. Evidence that
 * failed is not a rule: no exception lifts it.
 */
export const LIFTABLE_RULES = {
  require: 'WP-NO-VOUCHER',
  'first-use': 'WP-FIRST-USE',
  cooldown: 'WP-COOLDOWN',
  'strong-hash': 'WP-NO-STRONG-HASH',
  'allow-hosts': 'WP-HOST-NOT-ALLOWED',
  'allow-plain-http': 'WP-PLAIN-HTTP',
  index: 'WP-INDEX-NOT-ALLOWED',
  'newest-fell': 'WP-NEWEST-FELL',
  'yank-removed': 'WP-YANK-REMOVED',
  'file-gone': 'WP-FILE-GONE',
  'late-file': 'WP-LATE-FILE',
  sibling: 'WP-SIBLING',
  'sdist-build': 'WP-SDIST-BUILD',
  'index-change': 'WP-INDEX-CHANGED',
  'indexes-disagree': 'WP-INDEXES-DISAGREE',
  'direct-dependency': 'WP-DIRECT-DEPENDENCY',
  'git-branch': 'WP-COMMIT-UNPINNED',
  publisher: 'WP-PUBLISHER-MISSING',
  'publisher-changed': 'WP-PUBLISHER-CHANGED',
  'publisher-lost': 'WP-PUBLISHER-LOST',
  'publisher-claimed': 'WP-PUBLISHER-CLAIMED',
  'publisher-mixed': 'WP-PUBLISHER-MIXED',
} as const satisfies Record<string, Code>;

const LIFTABLE: ReadonlySet<Code> = new Set(Object.values(LIFTABLE_RULES));

export function isLiftable(code: Code): boolean {
  return LIFTABLE.has(code);
}

export interface ExceptionSubject {
  /** Normalised. */
  readonly project: string;
  /** Normalised; empty where unknown: only exceptions for every version cover it. */
  readonly version: string;
}

/** The exception that lifts `code` for this subject at this time: the one that lasts longest. */
export function findException(
  policy: Policy,
  code: Code,
  at: { readonly subject: ExceptionSubject; readonly now: number },
): PolicyException | null {
  if (!isLiftable(code)) return null;
  const valid = policy.exceptions.filter(
    (one) => one.rule === code && one.expires > at.now && covers(one, at.subject),
  );
  const lasting = valid.sort((a, b) => b.expires - a.expires || (a.source < b.source ? -1 : 1));
  return lasting[0] ?? null;
}

export function covers(exception: PolicyException, subject: ExceptionSubject): boolean {
  if (!matchesGlob(exception.project, subject.project)) return false;
  if (exception.version === null) return true;
  return subject.version !== '' && satisfies(subject.version, exception.version);
}

/** The sentence a report carries when an exception let something through. */
export function exceptionNote(exception: PolicyException, subject: ExceptionSubject): string {
  const until = new Date(exception.expires).toISOString().replace('T00:00:00.000Z', '');
  const name = `${subject.project} ${subject.version}`.trim();
  return (
    `${exception.rule} lifted for ${name} by ${exception.source}: ${exception.reason} ` +
    `(owner ${exception.owner}, expires ${until})`
  );
}
