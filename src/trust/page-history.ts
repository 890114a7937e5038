// SPDX-License-Identifier: Apache-2.0
import type { ProjectStatus } from '../core/artifact.ts';
import { MAX_REMEMBERED_LISTINGS } from '../core/limits.ts';
import { decodeListings } from '../core/listing-text.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { SaidFile } from './listing-changes.ts';

/** What one project's page says now. */
export interface PageSaying {
  readonly index: string;
  /** Normalised. */
  readonly project: string;
  readonly form: string;
  readonly status: ProjectStatus;
  readonly files: readonly SaidFile[];
}

/** What a page said before, held against what it says now. */
export interface PageHistory {
  /** `null`: never seen. */
  readonly page: RememberedPage | null;
  /** Every file that it lists or once listed. */
  readonly listings: readonly RememberedListing[];
  /**
   * When each file of the saying was first seen, in its order; only where that is all there is to
   * know: nothing that was known is said otherwise, nothing is gone, and no mark ever came or went.
   */
  readonly unchanged?: ArrayLike<number>;
}

/** What is kept of one page. */
export class PagePast {
  readonly page: RememberedPage | null;
  readonly text: string;
  #known: readonly RememberedListing[] | null = null;

  /** @param text what is known of its files: read where somebody asks. */
  constructor(page: RememberedPage | null, text: string) {
    this.page = page;
    this.text = text;
  }

  get known(): readonly RememberedListing[] {
    this.#known ??= decodeListings(this.text);
    return this.#known;
  }
}

export interface PageLook {
  readonly past: PagePast;
  /** Of a page that nothing was known of, where it names each file once; `null`: of another. */
  readonly first: { readonly at: number; readonly names: Set<string> } | null;
  /** It says what is known (`PageHistory.unchanged`). */
  readonly isUnchanged: boolean;
  readonly listings: () => readonly RememberedListing[];
}

/** Every look that is written renews the row, so that one that stayed speaks for the list of files too. */
export function isSamePage(before: RememberedPage | null, after: RememberedPage | null): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** Other names are refused on reading the page; nothing of them is kept. */
export function isKeepable(filename: string): boolean {
  return filename.isWellFormed() && !/[\t\n\0]/u.test(filename);
}

export function isSame(
  before: readonly RememberedListing[],
  after: readonly RememberedListing[],
): boolean {
  if (before === after) return true;
  return (
    before.length === after.length &&
    before.every((listing, place) => {
      const other = after[place];
      return (
        other !== undefined &&
        listing.filename === other.filename &&
        listing.sha256 === other.sha256 &&
        listing.yanked === other.yanked &&
        listing.change === other.change
      );
    })
  );
}

/** The names of a page's files, where each is listed once, and no more than are kept; otherwise `null`. */
export function namesOnce(files: readonly SaidFile[]): Set<string> | null {
  if (files.length > MAX_REMEMBERED_LISTINGS) return null;
  const names = new Set<string>();
  for (const { filename } of files) names.add(filename);
  return names.size === files.length ? names : null;
}
