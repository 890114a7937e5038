// SPDX-License-Identifier: Apache-2.0
import type { Code } from './codes.ts';
import type { Attested } from './publisher.ts';

/** Who can vouch for a file's bytes. The index's own hash is `integrity`: checked always, never a voucher. */
export type VoucherClass = 'publisher' | 'repository' | 'log' | 'you';
export type EvidenceClass = VoucherClass | 'integrity';

/**
 * `vouched`: the evidence is there and right. `absent`: there is none. `unreachable`: whether there
 * is any could not be found out (never read as `absent`). `failed`: it contradicts; always blocks.
 */
export type FindingState = 'vouched' | 'absent' | 'unreachable' | 'failed';

/** What one kind of evidence says of one file. */
export interface Finding {
  readonly kind: string;
  readonly class: EvidenceClass;
  readonly state: FindingState;
  /** Who vouches, in words a person reads; `null` where nobody does. */
  readonly identity: string | null;
  /**
   * Where several vouch at once: each by his own name, so that none is counted twice. Absent: the
   * identity is the one authority.
   */
  readonly authorities?: readonly string[] | undefined;
  readonly detail: string;
  /** Set when `state` is `failed` or `unreachable`. */
  readonly code: Code | null;
  /**
   * Who vouches is proved, and nothing says yet that he may speak for this project: it is told, and
   * counts for nothing, since whoever runs an index can vouch for his own files.
   */
  readonly unconfirmed?: true | undefined;
  /** Who published the file, by their certificates; absent where the kind proves none. */
  readonly attested?: readonly Attested[] | undefined;
}

/** Whether it counts where policy asks who vouches. */
export function isVoucher(finding: Finding): boolean {
  return finding.state === 'vouched' && finding.class !== 'integrity' && !finding.unconfirmed;
}
