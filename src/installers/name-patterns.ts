// SPDX-License-Identifier: Apache-2.0

const MOST_CHARACTERS = 200;

/** A pattern of names as Python's `fnmatch` has it; of a class of characters, any may be meant. */
export function namePattern(pattern: string, flags: 'u' | 'iu'): RegExp {
  const source = pattern
    .slice(0, MOST_CHARACTERS)
    .replace(/\[[^\]]*\]/gu, '?')
    .replace(/\*+/gu, '*')
    .replace(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, flags);
}
