// SPDX-License-Identifier: Apache-2.0
import type { ProjectStatus } from './artifact.ts';

/** What became of a file since its index page first listed it. */
export type ListingChange = 'none' | 'yanked' | 'unyanked' | 'gone';

/** One file as an index page listed it, whether or not it was ever downloaded. */
export interface RememberedListing {
  readonly filename: string;
  /** The first one that was stated; `null`: none ever was. */
  readonly sha256: string | null;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  /** Whether its yank mark stood when it was last listed. */
  readonly yanked: boolean;
  readonly change: ListingChange;
  /** When the page last said otherwise; 0 without a change. */
  readonly changedAt: number;
}

/** What one project's page of one index said last; keyed by (index, project). */
export interface RememberedPage {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  /** The form that it was read in: one form alone is used for a decision (attack A15). */
  readonly form: string;
  readonly status: ProjectStatus;
  /** The newest final version that it ever offered without a yank mark; `null`: none. */
  readonly newest: string | null;
  /** How many files it listed. */
  readonly listed: number;
  /** Who asked for it: an installer with its version. */
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly firstSeen: number;
  readonly seenAt: number;
}

/** The rows behind what is remembered of index pages. */
export interface PageRows {
  recallPage(index: string, project: string): RememberedPage | null;
  /** Ordered by file name, by UTF-16 code units. */
  recallListings(index: string, project: string): readonly RememberedListing[];
  /** The same as `encodeListings` writes it, in the order in which it was remembered; empty: none. */
  recallListingText(index: string, project: string): string;
  /**
   * Written together. Unlike other rows this does not wait for the disk: a power cut may lose the
   * last page, never a part of one.
   * @param listings or their text, of whose parts each was checked; `null`: they are as they were.
   */
  rememberPage(page: RememberedPage, listings: readonly RememberedListing[] | string | null): void;
  /** As `transaction`, and as little waited for as `rememberPage`, which is what it is for. */
  pageTransaction<T>(work: () => T): T;
  forgetPage(index: string, project: string): boolean;
  listPages(filter: { readonly project?: string }): readonly RememberedPage[];
}
