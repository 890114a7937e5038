// SPDX-License-Identifier: Apache-2.0

export interface MemoBounds {
  /** How many answers are kept at a time. */
  readonly answers: number;
  /** Nothing is kept of longer texts. */
  readonly characters: number;
}

/**
 * `read`, and what it answered before: the many files of a page share tags and versions, which are
 * asked about again and again. What `read` answers must depend on the text alone.
 */
export function memoised<T>(
  { answers, characters }: MemoBounds,
  read: (text: string) => T,
): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const answer = read(text);
    if (text.length > characters) return answer;
    if (known.size >= answers) known.clear();
    known.set(text, answer);
    return answer;
  };
}
