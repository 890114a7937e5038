// SPDX-License-Identifier: Apache-2.0
import { entry } from './code-entry.ts';

/** Codes for what an index page lets one notice, beside what it said before; a part of `CODES`. */
export const INDEX_MEMORY_CODES = {
  'WP-LISTING-CHANGED': entry(
    'E-BYTES',
    'The index lists other bytes under this file name than it listed before.',
    'Released files never change; an index that tells two people two hashes is lying to one of them.',
    'Compare both hashes with what the project released. If the new one is right, `wheelproof trust approve` it, or `wheelproof trust forget-page` what was listed.',
  ),
  'WP-SDIST-BUILD': entry(
    'E-MISSING',
    'The wheel of this release is gone or refused, and its source distribution would run build code.',
    'Hiding a wheel makes an installer build, and so run, whatever the source distribution holds.',
    'Ask the project where the wheel is. If you have looked at the source distribution, `wheelproof trust approve` it.',
  ),
  'WP-LATE-FILE': entry(
    'E-MISSING',
    'This file joined its release long after the others.',
    'Whoever can upload to an index adds a file to a release that everybody already trusts.',
    'Ask the project whether it added the file; then `wheelproof trust approve` it.',
  ),
  'WP-SIBLING': entry(
    'E-MISSING',
    'This file outranks another of the same release by a build tag or a local version.',
    'Installers prefer it silently, so it is a way to replace a file without replacing it.',
    'Ask the project whether it added the file; then `wheelproof trust approve` it.',
  ),
  'WP-NEWEST-FELL': entry(
    'E-FRESH',
    'The index offers an older version than the newest that it offered before.',
    'Hiding or yanking a release brings back the holes that it closed.',
    'Ask the project whether it withdrew the release. If it did, `wheelproof trust forget-page` what was listed.',
  ),
  'WP-PAGE-STALE': entry(
    'E-FRESH',
    'The index is down, and what was kept of its page is older than the policy allows.',
    'An old page hides what was released, yanked or removed since; whoever keeps an index from answering could freeze it for ever.',
    'Try again once the index answers. `stale-if-error` in the policy says how old a page may be meanwhile.',
  ),
  'WP-YANK-REMOVED': entry(
    'E-FRESH',
    'The index marked this file as yanked before, and does not any more.',
    'A yanked file is often one with a known hole; without the mark it is installed again.',
    'Ask the project whether it took the mark back. If it did, `wheelproof trust forget-page` what was listed.',
  ),
  'WP-FILE-GONE': entry(
    'E-FRESH',
    'Another file of this release was listed before, and is not any more.',
    'What is left may be what somebody wants you to take instead.',
    'Ask the project whether it removed the file. If it did, `wheelproof trust forget-page` what was listed.',
  ),
} as const;
