// SPDX-License-Identifier: Apache-2.0
import type { ListingChange, RememberedListing } from './remembered-page.ts';

const LETTERS: readonly (readonly [string, ListingChange])[] = [
  ['-', 'none'],
  ['y', 'yanked'],
  ['u', 'unyanked'],
  ['g', 'gone'],
];
const LETTER_OF = new Map(LETTERS.map(([letter, change]) => [change, letter]));
const CHANGE_OF = new Map(LETTERS);
export const NO_HASH = '-';
const HEX_CHARACTERS = 64;

/** One line for each file: name, sha256 in hex, first sight, yank mark, change and its time. */
export function encodeListings(listings: readonly RememberedListing[]): string {
  return listings
    .map((one) => {
      const { filename, sha256, firstSeen, yanked, change, changedAt } = one;
      const mark = `${yanked ? 'y' : '-'}\t${LETTER_OF.get(change) ?? '-'}`;
      return listingLine(
        { filename, sha256 },
        `${firstSeen.toString(36)}\t${mark}\t${changedAt.toString(36)}`,
      );
    })
    .join('\n');
}

/** The line of a file. @param ending what is known of it beside its hash. */
export function listingLine(
  { filename, sha256 }: Pick<RememberedListing, 'filename' | 'sha256'>,
  ending: string,
): string {
  return `${filename}\t${sha256 ?? NO_HASH}\t${ending}`;
}

/** How the line of a file ends that has not changed since it was first seen. */
export function unchangedEnding(firstSeen: number, yanked: boolean): string {
  return `${firstSeen.toString(36)}\t${yanked ? 'y' : '-'}\t-\t0`;
}

/** What {@link unchangedEnding} was made from; `null` where the file has changed. */
export function readUnchangedEnding(
  ending: string,
): { readonly firstSeen: number; readonly yanked: boolean } | null {
  const [, firstSeen = '', mark] = /^([0-9a-z]+)\t([y-])\t-\t0$/u.exec(ending) ?? [];
  if (firstSeen === '') return null;
  return { firstSeen: Number.parseInt(firstSeen, 36), yanked: mark === 'y' };
}

/** @throws TypeError for what `encodeListings` does not write. */
export function decodeListings(text: string): readonly RememberedListing[] {
  if (text === '') return [];
  return text.split('\n').map((line) => {
    const [filename = '', hash, firstSeen = '', yanked, letter, changedAt = ''] = line.split('\t');
    const change = CHANGE_OF.get(letter ?? '');
    if (hash === undefined || change === undefined) throw new TypeError(`no listing: ${line}`);
    return {
      filename,
      sha256: readHash(hash),
      firstSeen: Number.parseInt(firstSeen, 36),
      yanked: yanked === 'y',
      change,
      changedAt: Number.parseInt(changedAt, 36),
    };
  });
}

/** Whether it was written before hashes were written in hex: then it is written anew. */
export function isOldText(text: string): boolean {
  return /^[^\t]*\t[A-Za-z0-9+/]{43}=\t/mu.test(text);
}

/** Up to schema 4 it was written in base64. */
function readHash(hash: string): string | null {
  if (hash === NO_HASH) return null;
  return hash.length === HEX_CHARACTERS ? hash : Buffer.from(hash, 'base64').toString('hex');
}
