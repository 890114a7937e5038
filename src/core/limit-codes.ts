// SPDX-License-Identifier: Apache-2.0
import { entry, type CodeEntry } from './code-entry.ts';

/** The codes of what is too much: part of `CODES`. */
export const LIMIT_CODES = {
  'WP-LIMIT-SIZE': entry(
    'E-LIMIT',
    'The answer is larger than is allowed.',
    'Endless answers fill disks and hide mistakes.',
    'If the size is right, raise the limit in the policy.',
  ),
  'WP-LIMIT-REDIRECTS': entry(
    'E-LIMIT',
    'The server redirects in circles or too often.',
    'A honest server answers after a few hops.',
    'Check the address.',
  ),
  'WP-LIMIT-TIME': entry(
    'E-LIMIT',
    'The server sends too slowly.',
    'A connection that never ends blocks everything behind it.',
    'Try again later or from another network.',
  ),
  'WP-LIMIT-ARCHIVE': entry(
    'E-LIMIT',
    'The archive holds more, or expands to more, than is allowed.',
    'Archive bombs exhaust disks and memory.',
    'Report the file to the index operator.',
  ),
} as const satisfies Record<`WP-${string}`, CodeEntry>;
