// SPDX-License-Identifier: Apache-2.0
import type { RememberedCommit } from '../core/repository.ts';

/** Two memories of one commit under one reference: the earlier first sight, the later last one. */
export function mergeCommits(
  known: RememberedCommit | undefined,
  row: RememberedCommit,
): RememberedCommit {
  if (known === undefined) return { ...row };
  const firstSeen = Math.min(known.firstSeen, row.firstSeen);
  return { ...row, firstSeen, lastSeen: Math.max(known.lastSeen, row.lastSeen) };
}
