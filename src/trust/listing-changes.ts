// SPDX-License-Identifier: Apache-2.0
import type { RememberedListing } from '../core/remembered-page.ts';

/** One file as a page lists it now. */
export interface SaidFile {
  readonly filename: string;
  /** As the page states it; `null`: it states none. */
  readonly sha256: string | null;
  /** `null`: its entry could not be read so far. */
  readonly yanked: boolean | null;
}

/** When a page was asked, and when it was asked last. */
export interface Occasions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly before: number;
}

/**
 * What is known of a page's files once it has said something again: `known` itself where that is
 * no news. Whatever it once said stays: the first hash of each file, and that a file or a mark was
 * there and is not any more. A file that returns as it was has no change.
 */
export function continueListings(
  known: readonly RememberedListing[],
  said: readonly SaidFile[],
  when: Occasions,
): readonly RememberedListing[] {
  const now = new Map(said.map((file) => [file.filename, file]));
  const continued = known.map((listing) =>
    continueListing(listing, now.get(listing.filename), when),
  );
  const isNews = continued.some((listing, place) => listing !== known[place]);
  for (const { filename } of known) now.delete(filename);
  if (now.size === 0) return isNews ? continued : known;
  for (const file of now.values()) continued.push(firstListing(file, when.now));
  return continued;
}

function firstListing(
  { filename, sha256, yanked }: SaidFile,
  firstSeen: number,
): RememberedListing {
  return { filename, sha256, yanked: yanked ?? false, firstSeen, change: 'none', changedAt: 0 };
}

function continueListing(
  known: RememberedListing,
  said: SaidFile | undefined,
  { before }: Occasions,
): RememberedListing {
  if (said === undefined) {
    return known.change === 'gone' ? known : { ...known, change: 'gone', changedAt: before };
  }
  const sha256 = known.sha256 ?? said.sha256;
  const yanked = said.yanked ?? known.yanked;
  if (known.yanked === yanked && known.change !== 'gone') {
    return known.sha256 === sha256 ? known : { ...known, sha256 };
  }
  if (known.yanked === yanked) return { ...known, sha256, change: 'none', changedAt: 0 };
  // A mark that comes back where it was taken away, or goes where it was added, is as at first.
  const asAtFirst = known.change === (yanked ? 'unyanked' : 'yanked');
  if (asAtFirst) return { ...known, sha256, yanked, change: 'none', changedAt: 0 };
  return { ...known, sha256, yanked, change: yanked ? 'yanked' : 'unyanked', changedAt: before };
}

/** As a page lists them, then what it lists no more: so the next look finds each behind the other. */
export function inOrderOf(
  said: readonly SaidFile[],
  listings: readonly RememberedListing[],
): readonly RememberedListing[] {
  const left = new Map(listings.map((listing) => [listing.filename, listing]));
  const ordered: RememberedListing[] = [];
  for (const { filename } of said) {
    const listing = left.get(filename);
    if (listing !== undefined && left.delete(filename)) ordered.push(listing);
  }
  for (const listing of left.values()) ordered.push(listing);
  return ordered;
}
