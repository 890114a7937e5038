// SPDX-License-Identifier: Apache-2.0
import type { CommitReceipt, Report } from '../core/report.ts';

const MOST_COMMITS = 5;

/** What was taken from repositories, a sentence each: which commit, and who says that it is that one. */
export function commitLines({ commits }: Pick<Report, 'commits'>): readonly string[] {
  const lines = commits.slice(0, MOST_COMMITS).map(commitLine);
  const more = commits.length - MOST_COMMITS;
  return more > 0 ? [...lines, `${more} more commits (--report FILE lists them)`] : lines;
}

function commitLine(receipt: CommitReceipt): string {
  const { project, version, repository, commit, seen } = receipt;
  const what = project === null ? repository : `${project} ${version ?? ''}`.trim();
  const from = project === null ? '' : ` of ${repository}`;
  const unseen = seen || receipt.pinned.length > 0 ? '' : '; the installer alone says so';
  return `${what}: commit ${commit}${from}, ${wordsOf(receipt)}${unseen}`;
}

function wordsOf({ pinned, ref, moves, verdict }: CommitReceipt): string {
  if (pinned.length > 0) return `pinned in ${pinned.slice(0, 2).join(', ')}`;
  const [, kind, name = ref] = /^refs\/(heads|tags)\/(.*)$/su.exec(ref) ?? [];
  const named = kind === 'tags' ? `the tag ${name}` : kind === 'heads' ? `the branch ${name}` : ref;
  const known = verdict === 'remembered' ? 'this commit was accepted before' : 'first seen';
  return moves
    ? `${named}, which moves: nobody vouches for the commit (${known})`
    : `${named} (${verdict === 'remembered' ? 'as before' : 'first seen, and remembered'})`;
}
