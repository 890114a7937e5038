// SPDX-License-Identifier: Apache-2.0
import { isCommit, type AdvertisedRef } from '../core/repository.ts';

/** What a revision may stand for, in the order in which git looks (gitrevisions(7)). */
export function namesOf(revision: string | null): readonly string[] {
  if (revision === null) return ['HEAD'];
  return [revision, `refs/${revision}`, `refs/tags/${revision}`, `refs/heads/${revision}`];
}

/** All that a listing has under the names that a revision may stand for. */
export function candidatesOf(
  revision: string | null,
  refs: readonly AdvertisedRef[],
): readonly AdvertisedRef[] {
  const names = new Set(namesOf(revision));
  return refs.filter(({ name }) => names.has(name));
}

/**
 * Whether a reference is there to stay: a tag, a commit or the beginning of its id. A branch is there
 * to move, and so is what a forge keeps beside branches (`refs/pull/1/head`).
 */
export function isFixed(ref: string): boolean {
  return ref.startsWith('refs/tags/') || isCommit(ref) || /^[0-9a-f]{4,39}$/u.test(ref);
}

/** The tag v1.0, the branch main, its HEAD. */
export function refWords(ref: string): string {
  const [, kind, name = ''] = /^refs\/(tags|heads)\/(.*)$/su.exec(ref) ?? [];
  if (kind === 'tags') return `the tag ${name}`;
  if (kind === 'heads') return `the branch ${name}`;
  if (ref === 'HEAD') return 'its HEAD';
  return isFixed(ref) ? `commit ${ref}` : ref;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}
