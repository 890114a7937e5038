// SPDX-License-Identifier: Apache-2.0
import { decodeListings } from '../core/listing-text.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import { requirePage, textOfListings } from './row-check.ts';
import { inOrderOfListings, inOrderOfPages } from './row-order.ts';
import { SealedTable } from './sealed-table.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { LISTINGS, PAGES, type ListedPage } from './sqlite-tables.ts';

const KEY = 'index_url = ? AND project = ?';

/**
 * What index pages said last: a small row that is written each time, and the list of files, which
 * is written only when it changed.
 */
export class SqlitePages {
  readonly #pages: SealedTable<RememberedPage>;
  readonly #listings: SealedTable<ListedPage>;

  constructor(connection: SqliteConnection) {
    this.#pages = new SealedTable(connection, PAGES);
    this.#listings = new SealedTable(connection, LISTINGS);
  }

  recall(index: string, project: string): RememberedPage | null {
    return this.#pages.select(KEY, index, project)[0] ?? null;
  }

  recallListings(index: string, project: string): readonly RememberedListing[] {
    return inOrderOfListings(decodeListings(this.recallListingText(index, project)));
  }

  recallListingText(index: string, project: string): string {
    return this.#listings.select(KEY, index, project)[0]?.files ?? '';
  }

  /** To be called inside a transaction. */
  remember(page: RememberedPage, listings: readonly RememberedListing[] | string | null): void {
    requirePage(page);
    this.#pages.put(page);
    if (listings === null) return;
    const { index, project } = page;
    this.#listings.put({ index, project, files: textOfListings(listings) });
  }

  /** To be called inside a transaction. */
  forget(index: string, project: string): boolean {
    this.#listings.remove(KEY, index, project);
    return this.#pages.remove(KEY, index, project) > 0;
  }

  list(project: string | null): readonly RememberedPage[] {
    return inOrderOfPages(this.#pages.select('(?1 IS NULL OR project = ?1)', project));
  }
}
