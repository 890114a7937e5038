// SPDX-License-Identifier: Apache-2.0
import { MAX_FILENAME_CHARACTERS } from './limits.ts';

/**
 * PEP 503: runs of `-`, `_` and `.` become one `-`, letters become lower-case. Only ASCII letters:
 * Unicode lower-casing would turn U+212A (Kelvin sign) into `k`, and so one name into another.
 */
export function normaliseName(name: string): string {
  return name.replace(/[-_.]+/gu, '-').replace(/[A-Z]+/gu, (letters) => letters.toLowerCase());
}

/** Core metadata `Name` (PEP 508): ASCII letters, digits, `.`, `_`, `-`; a letter or digit at both ends. */
export function isProjectName(text: string): boolean {
  return (
    text.length <= MAX_FILENAME_CHARACTERS &&
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/u.test(text)
  );
}
