// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

export function malformed(filename: string, what: string, cause?: unknown): Refusal {
  return new Refusal('WP-ARCHIVE-MALFORMED', { message: `${safeText(filename)}: ${what}`, cause });
}

export function tooLarge(filename: string, what: string): Refusal {
  return new Refusal('WP-LIMIT-ARCHIVE', { message: `${safeText(filename)}: ${what}` });
}
