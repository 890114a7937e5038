// SPDX-License-Identifier: Apache-2.0
import type { Reason } from './errors.ts';
import type { Finding } from './finding.ts';
import type { ProvenanceStanding } from './provenance-word.ts';

/** What policy decides of one file. `vouched`, `remembered` and `first-seen` release it; the others block. */
export type Verdict = 'vouched' | 'remembered' | 'first-seen' | 'undecided' | 'refused' | 'failed';

export const RELEASING_VERDICTS: ReadonlySet<Verdict> = new Set([
  'vouched',
  'remembered',
  'first-seen',
]);

export interface Decision {
  readonly verdict: Verdict;
  /** Empty for a releasing verdict, at least one for a blocking one; the worst first. */
  readonly reasons: readonly Reason[];
  readonly findings: readonly Finding[];
  /** What the reader should know though nothing was blocked, a sentence each. */
  readonly notes: readonly string[];
  /** Who published it, beside who published the release before; absent where nobody asked. */
  readonly provenance?: ProvenanceStanding | undefined;
}

const VERDICTS: ReadonlySet<string> = new Set<Verdict>([
  'vouched',
  'remembered',
  'first-seen',
  'undecided',
  'refused',
  'failed',
]);

export function isVerdict(text: string): text is Verdict {
  return VERDICTS.has(text);
}

export function releases(decision: Decision): boolean {
  return RELEASING_VERDICTS.has(decision.verdict);
}
