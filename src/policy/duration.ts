// SPDX-License-Identifier: Apache-2.0

/** Milliseconds in each unit that a policy may use, largest first. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]);

/** Ten years: whatever waits longer is a slip. */
const MAX_DURATION_MS = 3_650 * 86_400_000;

/** `14d`, `36h`, `90m`, `0s` in milliseconds; `null` when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})([wdhms])$/u.exec(text);
  if (match === null) return null;
  const [, count = '', unit = ''] = match;
  const milliseconds = Number(count) * (UNITS.get(unit) ?? NaN);
  return milliseconds <= MAX_DURATION_MS ? milliseconds : null;
}

/** In the largest unit that fits (up to days), rounded down: `13d`, `5h`, `0s`. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.max(0, milliseconds);
  for (const [unit, length] of UNITS) {
    if (unit !== 'w' && whole >= length) return `${Math.floor(whole / length)}${unit}`;
  }
  return '0s';
}
