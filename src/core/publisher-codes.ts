// SPDX-License-Identifier: Apache-2.0
import { entry } from './code-entry.ts';

/** Codes for who may release a project, and for who did before: a part of `CODES`. */
export const PUBLISHER_CODES = {
  'WP-PUBLISHER-NOT-ALLOWED': entry(
    'E-IDENTITY',
    'The file was published by somebody whom the policy does not name for this project.',
    'A true word of the wrong one is how a stolen account or another repository looks.',
    'Do not install the file. If the project has moved, mend its [[project]] table (`wheelproof policy explain PROJECT` shows it) or what --identity says.',
  ),
  'WP-PUBLISHER-MISSING': entry(
    'E-MISSING',
    'The policy says who publishes this project, and nobody of them vouches for this file.',
    'Without attestations, whoever has an upload token could have made it.',
    'Ask the project whether this release is its own; `wheelproof policy explain PROJECT` shows the rule.',
  ),
  'WP-PUBLISHER-CHANGED': entry(
    'E-IDENTITY',
    'Another publisher than before released this project.',
    'A project that moved looks like one that was taken over, until somebody has asked.',
    'Ask the project; then `wheelproof trust accept` the change.',
  ),
  'WP-PUBLISHER-LOST': entry(
    'E-MISSING',
    'Earlier releases of this project were attested by their publisher, and this one is not.',
    'Whoever steals an upload token can upload, but not attest.',
    'Ask the project whether this release is its own; then `wheelproof trust accept` the change.',
  ),
  'WP-PUBLISHER-CLAIMED': entry(
    'E-MISSING',
    'The index names attestations for earlier releases of this project, and none for this file.',
    'Whoever steals an upload token can upload, but not attest.',
    'Ask the project whether this release is its own; then `wheelproof trust approve` the file.',
  ),
  'WP-PUBLISHER-MIXED': entry(
    'E-IDENTITY',
    'The files of this release come from different publishers.',
    'One of them may have been added by somebody else.',
    'Ask the project which of them is its own; then `wheelproof trust approve` the file.',
  ),
} as const;
