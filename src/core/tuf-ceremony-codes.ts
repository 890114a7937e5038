// SPDX-License-Identifier: Apache-2.0
import { entry, type CodeEntry } from './code-entry.ts';

/** What is wrong with a ceremony that makes or changes the root of a TUF repository. */
export const TUF_CEREMONY_CODES = {
  'WP-CEREMONY-MALFORMED': entry(
    'E-BYTES',
    'A file of the ceremony is not of the one form that it can have.',
    'What two people could read differently, they would not sign alike.',
    'Get the file again from whoever made it.',
  ),
  'WP-CEREMONY-NAME': entry(
    'E-USAGE',
    'This cannot be the name of a holder.',
    'A name is shown to everybody who signs, and becomes a part of file names.',
    'Use at most 32 small letters, digits and hyphens, like alice or release-team.',
  ),
  'WP-CEREMONY-KEY': entry(
    'E-IDENTITY',
    'A key of the ceremony is not the key of the holder whose name it bears.',
    'Whoever swaps one key for another would sign in the place of a holder.',
    'Ask the holder, by voice or in person, which words the key has, and stop until it is explained.',
  ),
  'WP-CEREMONY-SAME-KEY': entry(
    'E-IDENTITY',
    'One key takes two parts in the ceremony.',
    'A threshold counts people only as long as no two of them are one key.',
    'Let each holder bring a key of their own.',
  ),
  'WP-CEREMONY-CHANGED': entry(
    'E-BYTES',
    'A file of the ceremony is not what follows from the others, or was changed after it was signed.',
    'Somebody would have you sign, or keep, another thing than the rest agreed on.',
    'Do not sign; compare the folder with what the other holders have.',
  ),
  'WP-CEREMONY-SIGNATURE': entry(
    'E-BYTES',
    'A signature in the ceremony was not made by the key that it names over what it claims.',
    'It proves nothing, so it counts for nothing.',
    'Let that holder sign again, after comparing the folder with the others.',
  ),
  'WP-CEREMONY-CONFIRM': entry(
    'E-BYTES',
    'The words are not those of what is to be signed.',
    'The words are how you know that you sign what the others see.',
    'Read the page again, compare its words with another holder, and sign only what both of you see.',
  ),
  'WP-CEREMONY-QUORUM': entry(
    'E-MISSING',
    'Not enough holders have taken part yet.',
    'Clients accept what enough holders signed, and nothing else.',
    'Wait for the holders that are named, then run the command again.',
  ),
  'WP-CEREMONY-STALE': entry(
    'E-FRESH',
    'The repository is no longer what the ceremony began with.',
    'What was signed for another state would undo what has been done since.',
    'Begin a new ceremony.',
  ),
  'WP-CEREMONY-STEP': entry(
    'E-USAGE',
    'The ceremony is not at this step.',
    'Its steps build on each other: init, key, assemble, sign, finish, sign.',
    'Run the step that is named.',
  ),
} as const satisfies Record<`WP-${string}`, CodeEntry>;
