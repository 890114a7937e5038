// SPDX-License-Identifier: Apache-2.0

/** The known word that was probably meant: at most a third of its letters differ, two at least. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  if (word.length > 64) return null;
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best === undefined || best.distance >= best.candidate.length ? null : best.candidate;
}

/** Insertions, deletions and substitutions from one word to the other. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split('').entries()) {
      const substituted = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
