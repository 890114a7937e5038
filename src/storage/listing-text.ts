// SPDX-License-Identifier: Apache-2.0
import type { ListingChange, RememberedListing } from '../core/remembered-page.ts';

export interface ListedPage {
  readonly index: string;
  readonly project: string;
  readonly listings: readonly RememberedListing[];
}

const LETTERS: readonly (readonly [string, ListingChange])[] = [
  ['-', 'none'],
  ['y', 'yanked'],
  ['u', 'unyanked'],
  ['g', 'gone'],
];
const LETTER_OF = new Map(LETTERS.map(([letter, change]) => [change, letter]));
const CHANGE_OF = new Map(LETTERS);
const NO_HASH = '-';

/** One line for each file: name, sha256 in base64, first sight, yank mark, change and its time. */
export function encodeListings(listings: readonly RememberedListing[]): string {
  return listings
    .map(({ filename, sha256, firstSeen, yanked, change, changedAt }) =>
      [
        filename,
        sha256 === null ? NO_HASH : Buffer.from(sha256, 'hex').toString('base64'),
        firstSeen.toString(36),
        yanked ? 'y' : '-',
        LETTER_OF.get(change) ?? '-',
        changedAt.toString(36),
      ].join('\t'),
    )
    .join('\n');
}

/** Of a row whose seal was checked. @throws TypeError for what `encodeListings` does not write. */
export function decodeListings(text: string): readonly RememberedListing[] {
  if (text === '') return [];
  return text.split('\n').map((line) => {
    const [filename = '', hash, firstSeen = '', yanked, letter, changedAt = ''] = line.split('\t');
    const change = CHANGE_OF.get(letter ?? '');
    if (hash === undefined || change === undefined) throw new TypeError(`no listing: ${line}`);
    return {
      filename,
      sha256: hash === NO_HASH ? null : Buffer.from(hash, 'base64').toString('hex'),
      firstSeen: Number.parseInt(firstSeen, 36),
      yanked: yanked === 'y',
      change,
      changedAt: Number.parseInt(changedAt, 36),
    };
  });
}
