// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import type { Finding } from '../core/finding.ts';

interface RemarkRule {
  /** `strict`: a note by default. */
  readonly blocks: 'always' | 'strict';
  /**
   * Whose word lets the file pass all the same: anybody's who vouches for its bytes (memory too), or
   * only what you said of them (pins, approvals), where remembered or signed bytes are just what a
   * rollback hands out.
   */
  readonly lifted: 'anyone' | 'you';
}

/** What is made of the things that an index page lets one notice of a file. */
const REMARK_RULES: Partial<Record<Code, RemarkRule>> = {
  'WP-LISTING-CHANGED': { blocks: 'always', lifted: 'anyone' },
  'WP-SDIST-BUILD': { blocks: 'always', lifted: 'anyone' },
  'WP-NEWEST-FELL': { blocks: 'strict', lifted: 'you' },
  'WP-YANK-REMOVED': { blocks: 'strict', lifted: 'you' },
  'WP-FILE-GONE': { blocks: 'strict', lifted: 'anyone' },
  'WP-LATE-FILE': { blocks: 'strict', lifted: 'anyone' },
  'WP-SIBLING': { blocks: 'strict', lifted: 'anyone' },
};

export type RemarkOutcome = 'block' | 'note' | 'lifted';

/** Whether a remark blocks the file, is told, or is answered by who vouches. */
export function judgeRemark(
  code: Code,
  strict: boolean,
  findings: readonly Finding[],
): RemarkOutcome {
  const rule = REMARK_RULES[code] ?? { blocks: 'always', lifted: 'you' };
  const lifts = (one: Finding): boolean =>
    one.state === 'vouched' &&
    one.class !== 'integrity' &&
    (rule.lifted === 'anyone' || (one.class === 'you' && one.kind !== 'memory'));
  if (findings.some(lifts)) return 'lifted';
  return rule.blocks === 'always' || strict ? 'block' : 'note';
}
