// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/canonical-json.ts';
import type { Approval, RememberedFile } from '../core/trust-rows.ts';

// Each merge takes a smallest or a largest under a total order, so the outcome does not depend on
// who merges with whom, in which order, or how often.

/** Two memories of the same bytes under the same key: the earlier first sight, the later last one. */
export function mergeFiles(left: RememberedFile, right: RememberedFile): RememberedFile {
  const first = least(left, right, ({ firstSeen, version, url, size, verdict }) => [
    firstSeen,
    canonicalJson({ version, url, size, verdict }),
  ]);
  const last = least(right, left, ({ lastSeen, policy }) => [-lastSeen, policy]);
  return { ...first, lastSeen: last.lastSeen, policy: last.policy };
}

/** Two words of one owner on the same bytes under the same name: the later one. */
export function mergeApprovals(left: Approval, right: Approval): Approval {
  return least(left, right, (approval) => [-approval.createdAt, canonicalJson(approval)]);
}

function least<T>(left: T, right: T, rank: (value: T) => readonly [number, string]): T {
  const [leftNumber, leftText] = rank(left);
  const [rightNumber, rightText] = rank(right);
  if (leftNumber !== rightNumber) return leftNumber < rightNumber ? left : right;
  return leftText <= rightText ? left : right;
}
