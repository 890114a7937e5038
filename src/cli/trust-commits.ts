// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { readGitAddress, type RememberedCommit } from '../core/repository.ts';
import { safeText } from '../core/safe-text.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { commitShape, requireText, timeText } from '../trust/index.ts';
import type { ForgetOptions } from './trust-change.ts';
import { occasionOf, printJson, type TrustContext, type TrustIo } from './trust-context.ts';

/** Whether a word names a repository: `git+https://host/repository@v1.0`. */
export function namesRepository(word: string): boolean {
  return /^git\+/iu.test(word);
}

/** What is remembered under a word; of a word without a revision, the whole repository. */
export function commitsNamed(rows: TrustRows, word: string): readonly RememberedCommit[] {
  const source = readGitAddress(word);
  if (source === null) return [];
  const { repository, revision } = source;
  const names = new Set([revision, `refs/${revision}`, `refs/tags/${revision}`]);
  if (revision === null) return rows.recallCommits(repository);
  names.add(`refs/heads/${revision}`);
  return rows.recallCommits(repository).filter(({ ref }) => names.has(ref));
}

/** Forgets what references named, so that they may name something else. @throws Refusal `WP-USAGE` */
export function forgetCommits(
  context: TrustContext,
  io: TrustIo,
  word: string,
  options: ForgetOptions,
): void {
  const { rows, owner } = context;
  const { now, run } = occasionOf(context);
  const reason = requireText('the reason', options.reason, 1000);
  const commits = rows.transaction(() => {
    const found = commitsNamed(rows, word);
    for (const { repository, ref, commit } of found) {
      rows.forgetCommits(repository, ref);
      const detail = { ref, commit, reason, owner };
      rows.audit({ at: now, run, what: 'forget', subject: `${repository}@${ref}`, detail });
    }
    return found;
  });
  if (commits.length === 0) {
    const message = `nothing is remembered as ${safeText(word, 300)}`;
    const hint = 'Name a repository as `wheelproof trust list` shows it: git+https://…@REVISION.';
    throw new Refusal('WP-USAGE', { message, hint });
  }
  if (options.json === true) printJson(io, { commits: commits.map(commitShape) });
  else io.out(`Forgotten:\n${commitsText(commits)}`);
}

export function commitsText(commits: readonly RememberedCommit[]): string {
  const lines = commits.map(({ repository, ref, commit, firstSeen }) =>
    safeText(`${commit}  since ${timeText(firstSeen).slice(0, 10)}  git+${repository}@${ref}`, 600),
  );
  return lines.map((line) => `${line}\n`).join('');
}
