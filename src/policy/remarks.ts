// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';
import { isVoucher, type Finding } from '../core/finding.ts';

interface RemarkRule {
  /** `strict`: a note by default. */
  readonly blocks: 'always' | 'strict';
  /**
   * Whose word lets the file pass all the same: yours alone (pins, approvals), where remembered bytes
   * are just what a rollback hands out, or memory's too. A publisher's never: whoever writes the page
   * can be a publisher himself, and nobody has said yet that he is the project's. `bytes`: whoever
   * has accepted these very bytes; a lock file's hash was often written by a program.
   */
  readonly lifted: 'memory' | 'you' | 'bytes' | 'approval';
}

/** What is made of the things that an index page lets one notice of a file. */
const REMARK_RULES: Partial<Record<Code, RemarkRule>> = {
  'WP-LISTING-CHANGED': { blocks: 'always', lifted: 'memory' },
  'WP-SDIST-BUILD': { blocks: 'always', lifted: 'memory' },
  'WP-NEWEST-FELL': { blocks: 'strict', lifted: 'you' },
  'WP-YANK-REMOVED': { blocks: 'strict', lifted: 'you' },
  'WP-FILE-GONE': { blocks: 'strict', lifted: 'memory' },
  'WP-LATE-FILE': { blocks: 'strict', lifted: 'memory' },
  'WP-SIBLING': { blocks: 'strict', lifted: 'memory' },
  'WP-PUBLISHER-MISSING': { blocks: 'always', lifted: 'approval' },
  'WP-PUBLISHER-CHANGED': { blocks: 'always', lifted: 'bytes' },
  'WP-PUBLISHER-LOST': { blocks: 'always', lifted: 'bytes' },
  'WP-PUBLISHER-CLAIMED': { blocks: 'strict', lifted: 'bytes' },
  'WP-PUBLISHER-MIXED': { blocks: 'strict', lifted: 'bytes' },
};

const LIFTS: Readonly<Record<RemarkRule['lifted'], (one: Finding) => boolean>> = {
  memory: () => true,
  you: ({ kind }) => kind !== 'memory',
  bytes: ({ kind }) => kind === 'memory' || kind === 'approval',
  approval: ({ kind }) => kind === 'approval',
};

export type RemarkOutcome = 'block' | 'note' | 'lifted';

/** Whether a remark blocks the file, is told, or is answered by who vouches. */
export function judgeRemark(
  code: Code,
  strict: boolean,
  findings: readonly Finding[],
): RemarkOutcome {
  const rule = REMARK_RULES[code] ?? { blocks: 'always', lifted: 'you' };
  const lifts = LIFTS[rule.lifted];
  if (findings.some((one) => isVoucher(one) && one.class === 'you' && lifts(one))) return 'lifted';
  return rule.blocks === 'always' || strict ? 'block' : 'note';
}
