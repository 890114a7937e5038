// SPDX-License-Identifier: Apache-2.0
import { MAX_REVISION_CHARACTERS } from '../core/limits.ts';
import { isCommit, repositoryKey, type RememberedCommit } from '../core/repository.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { DocumentObject } from './document-reader.ts';
import { timeText } from './document-shape.ts';

export function commitShape({ repository, ref, commit, firstSeen, lastSeen }: RememberedCommit) {
  return {
    repository,
    ref,
    commit,
    first_seen: timeText(firstSeen),
    last_seen: timeText(lastSeen),
  };
}

/** @throws Refusal `WP-TRUST-DOCUMENT` */
export function readCommitRow(value: unknown, where: string): RememberedCommit {
  const names = ['repository', 'ref', 'commit', 'first_seen', 'last_seen'];
  const row = new DocumentObject(value, where, names);
  const repository = row.address('repository');
  if (repositoryKey(repository) !== repository) {
    throw row.refuse('repository: expected an address as it is remembered', repository);
  }
  const commit = row.text('commit', 64);
  if (!isCommit(commit)) throw row.refuse('commit: expected a whole commit id', commit);
  return {
    repository,
    ref: row.text('ref', MAX_REVISION_CHARACTERS),
    commit,
    firstSeen: row.time('first_seen'),
    lastSeen: row.time('last_seen'),
  };
}

/**
 * Adds what is not known here. Of a tag that names another commit here, what is remembered here
 * stays. @returns whether it was added.
 */
export function takeCommit(rows: TrustRows, offered: RememberedCommit): boolean {
  const known = rows.recallCommits(offered.repository).filter(({ ref }) => ref === offered.ref);
  const isKnown = known.some(({ commit }) => commit === offered.commit);
  const isOther = offered.ref.startsWith('refs/tags/') && known.length > 0 && !isKnown;
  if (isOther) return false;
  rows.rememberCommit(offered);
  return !isKnown;
}
