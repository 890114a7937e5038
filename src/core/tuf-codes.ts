// SPDX-License-Identifier: Apache-2.0
import { entry, type CodeEntry } from './code-entry.ts';
import { TUF_CEREMONY_CODES } from './tuf-ceremony-codes.ts';

/** What is wrong with a TUF repository. */
export const TUF_CODES = {
  ...TUF_CEREMONY_CODES,
  'WP-TUF-MALFORMED': entry(
    'E-BYTES',
    'A TUF document is not of the form that the specification demands.',
    'Two programs could read it differently; so nobody reads it here.',
    'Tell the operator of the repository.',
  ),
  'WP-TUF-SIGNATURE': entry(
    'E-BYTES',
    'A TUF document is not signed by enough of the keys that may sign it.',
    'Whoever wrote it does not hold the keys of the repository.',
    'Do not install from this repository; tell its operator.',
  ),
  'WP-TUF-MISMATCH': entry(
    'E-BYTES',
    'The bytes are not those that the signed TUF metadata names.',
    'The file was changed after it was signed, or another one was served in its place.',
    'Try again from another network; if it stays, tell the operator of the repository.',
  ),
  'WP-TUF-ROLLBACK': entry(
    'E-FRESH',
    'The TUF repository shows an older or another state than it has shown or signed.',
    'Old metadata brings back old, vulnerable files.',
    'Try again later; if it stays, tell the operator of the repository.',
  ),
  'WP-TUF-EXPIRED': entry(
    'E-FRESH',
    'A TUF document has expired.',
    'Whoever keeps new metadata from you can only do so until the old expires.',
    'Check the clock of this machine, then tell the operator of the repository.',
  ),
  'WP-TUF-LIMIT': entry(
    'E-LIMIT',
    'TUF metadata asks for more than is reasonable.',
    'A repository that never ends could keep you busy for ever.',
    'Tell the operator of the repository.',
  ),
  'WP-TUF-NOT-FOUND': entry(
    'E-MISSING',
    'No role of the TUF repository that may speak for the file names it.',
    'What is not signed is vouched for by nobody.',
    'Check the name; if it is right, ask the operator of the repository.',
  ),
  'WP-TUF-UNREACHABLE': entry(
    'E-UPSTREAM',
    'A TUF document could not be had.',
    'Without it nothing can be decided; so nothing is installed.',
    'Try again later.',
  ),
  'WP-TUF-NO-ROOT': entry(
    'E-STATE',
    'No TUF root is trusted here.',
    'Every signature of the repository is checked by keys that the root names.',
    'Get the root of the repository out of band and give it to wheelproof.',
  ),
  'WP-TUF-REPOSITORY': entry(
    'E-USAGE',
    'There is no TUF repository of ours here, or there is one already.',
    'Nothing is written over a repository that clients may trust.',
    'Check the folder; `wheelproof tuf init` makes a new repository.',
  ),
  'WP-TUF-PATH': entry(
    'E-USAGE',
    'This cannot be the path of a target.',
    'Programs sort and escape such names in different ways, and would then disagree about signatures.',
    'Give it a plain path, like packages/idna/idna-3.7-py3-none-any.whl.',
  ),
  'WP-TUF-KEY': entry(
    'E-STATE',
    'A signing key cannot be used: it is locked, absent, or not one that may sign here.',
    'What is signed by another key, every client refuses.',
    'Check which key was named, and its passphrase; `wheelproof tuf status` tells who signs what.',
  ),
  'WP-TUF-BUSY': entry(
    'E-STATE',
    'Another process is writing to this TUF repository.',
    'Two writers at once could sign two documents under one version.',
    'Wait until it has ended, then run the command again.',
  ),
} as const satisfies Record<`WP-${string}`, CodeEntry>;
