// SPDX-License-Identifier: Apache-2.0
import { entry, type CodeEntry } from './code-entry.ts';

/** The codes of what comes from version control: part of `CODES`. */
export const REPOSITORY_CODES = {
  'WP-TAG-MOVED': entry(
    'E-FRESH',
    'A tag of a repository names another commit than it did.',
    'A release that changes under its own name is how a repository that was broken into hands out other code.',
    'Ask the project why; pin the commit itself, or see docs/guide/version-control.md for what to type when the new one is right.',
  ),
  'WP-COMMIT-MISMATCH': entry(
    'E-BYTES',
    'What a pinned commit stands for in this repository is another commit.',
    'The requirement or lock file says which code you decided on; this is other code.',
    'Check where the pin came from, and tell whoever runs the repository.',
  ),
  'WP-REVISION-AMBIGUOUS': entry(
    'E-SOURCE',
    'A repository has a tag and a branch of one name, and they are not the same commit.',
    'One installer takes the tag, another the branch, which more people can write to.',
    'Pin the commit itself: name @ git+https://host/repository@COMMIT.',
  ),
  'WP-COMMIT-UNPINNED': entry(
    'E-MISSING',
    'A requirement names a branch of a repository, or nothing, and the policy wants more.',
    'What a branch names changes with every push, and nobody says which commit you meant.',
    'Pin a commit or a tag, or lift the rule git-branch for this project by an [[exception]] in the policy.',
  ),
} as const satisfies Record<`WP-${string}`, CodeEntry>;
