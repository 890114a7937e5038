// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import type { Surface } from '../core/report.ts';
import type { Verdict } from '../core/verdict.ts';

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;

export type Colour = keyof typeof SGR;

/** Colour where the surface has some. What is painted must already be safe. */
export function paint(surface: Surface, colour: Colour, text: string): string {
  return surface.colour ? `\u{1b}[${SGR[colour]}m${text}\u{1b}[0m` : text;
}

/** A verdict in the words that people read. */
export const VERDICT_WORDS: Readonly<Record<Verdict, { word: string; colour: Colour }>> = {
  vouched: { word: 'vouched', colour: 'green' },
  remembered: { word: 'remembered', colour: 'cyan' },
  'first-seen': { word: 'first seen', colour: 'yellow' },
  undecided: { word: 'undecided', colour: 'magenta' },
  refused: { word: 'refused', colour: 'red' },
  failed: { word: 'failed', colour: 'red' },
};

/** Safe, and cut to a number of characters. */
export function fit(text: string, width: number): string {
  const safe = safeText(text);
  if (safe.length <= width) return safe;
  const cut = safe.slice(0, Math.max(0, width - 1));
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}
