// SPDX-License-Identifier: Apache-2.0
import type { Pin } from '../core/installer.ts';
import { safeText } from '../core/safe-text.ts';

/** So many are told; where two files were made apart, all of them differ. */
const MOST_TOLD = 5;

/**
 * Pins of one file name that cannot both hold: what one lock file says against another. Where both
 * state an address and it differs, they mean two files. Of pins that name a release alone nothing
 * can be said before a file comes: each statement must then hold.
 */
export function pinDisagreements(pins: readonly Pin[]): readonly string[] {
  const named = pins.filter(({ filename }) => filename !== null && filename !== '');
  const files = Map.groupBy(named, ({ project, filename }) => `${project}/${filename ?? ''}`);
  const told: string[] = [];
  for (const same of files.values()) {
    const found = clash(same);
    if (found === null) continue;
    if (told.length === MOST_TOLD) return [...told, 'and more of the same kind'];
    told.push(found);
  }
  return told;
}

function clash(pins: readonly Pin[]): string | null {
  const seen: Pin[] = [];
  for (const other of pins) {
    for (const first of seen) {
      const found = between(first, other);
      if (found !== null) return found;
    }
    // What says the same as another needs no comparison of its own.
    if (!seen.some((first) => isSame(first, other))) seen.push(other);
  }
  return null;
}

function between(first: Pin, other: Pin): string | null {
  if (first.url !== null && other.url !== null && first.url !== other.url) return null;
  for (const [algorithm, hex] of Object.entries(first.hashes)) {
    const against = other.hashes[algorithm];
    if (against === undefined || against === hex) continue;
    const file = safeText(first.filename ?? '', 200);
    return `${file}: ${first.where} pins ${algorithm} ${hex}, ${other.where} pins ${against}`;
  }
  return null;
}

function isSame(first: Pin, other: Pin): boolean {
  const [mine, theirs] = [first, other].map(({ hashes }) => Object.entries(hashes));
  if (first.url !== other.url || mine?.length !== theirs?.length) return false;
  return mine?.every(([algorithm, hex]) => other.hashes[algorithm] === hex) ?? true;
}
