// SPDX-License-Identifier: Apache-2.0

/** Of what is asked about again and again, as the many files of a page share tags and versions. */
const MAX_KEY_CHARACTERS = 256;

/**
 * `read`, and what it answered before: at most `limit` answers at a time, none for long texts. What
 * `read` answers must depend on the text alone.
 */
export function memoised<T>(limit: number, read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const answer = read(text);
    if (text.length > MAX_KEY_CHARACTERS) return answer;
    if (known.size >= limit) known.clear();
    known.set(text, answer);
    return answer;
  };
}
