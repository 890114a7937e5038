// SPDX-License-Identifier: Apache-2.0
import type { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

/** A refusal in three lines: what happened, its code, what to do next. */
export function describeRefusal(refusal: Refusal): string {
  return [
    `wheelproof: ${safeText(refusal.message, 1000)}`,
    `  code: ${refusal.code} (${refusal.class}); \`wheelproof explain ${refusal.code}\` tells more`,
    `  next: ${safeText(refusal.hint)}`,
    '',
  ].join('\n');
}
