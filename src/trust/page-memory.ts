// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { MAX_REMEMBERED_LISTINGS } from '../core/limits.ts';
import { isOldText } from '../core/listing-text.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { continueListings, inOrderOf, type SaidFile } from './listing-changes.ts';
import { sightsOf, textOfFirst } from './listing-scan.ts';
import {
  isKeepable,
  isSame,
  isSamePage,
  namesOnce,
  PagePast,
  type PageHistory,
  type PageLook,
  type PageSaying,
} from './page-history.ts';
import { newestOf, newestOffered } from './newest-offered.ts';

/** What this trust store remembers of index pages: it looks first, and writes after the judgement. */
export class PageMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  readonly #client: string;
  /** What this run saw for the first time, by page: taken back where its bytes are refused. */
  readonly #fresh = new Map<string, readonly Set<string>[]>();
  readonly #looks = new WeakMap<PageSaying, PageLook>();
  /** What is kept since a saying was written, where that is what it says and nothing else. */
  readonly #texts = new WeakMap<PageSaying, string>();

  /** @param client who asks in this run: an installer with its version. */
  constructor(rows: TrustRows, clock: Clock, client: string) {
    this.#rows = rows;
    this.#clock = clock;
    this.#client = client;
  }

  get client(): string {
    return this.#client;
  }

  /** Writes nothing. */
  look(saying: PageSaying): PageHistory {
    const past = this.#recall(saying);
    const { page, text } = past;
    const at = this.#clock.now();
    const names = page === null ? namesOnce(saying.files) : null;
    const first = names === null ? null : { at, names };
    const unchanged =
      page === null
        ? first && new Float64Array(saying.files.length).fill(at)
        : sightsOf(text, saying.files);
    let continued: readonly RememberedListing[] | null = null;
    const listings = (): readonly RememberedListing[] =>
      (continued ??= this.#continue(past, saying, at));
    const isUnchanged = page !== null && unchanged !== null;
    this.#looks.set(saying, { past, first, isUnchanged, listings });
    if (unchanged === null) return { page, listings: listings() };
    return {
      page,
      get listings() {
        return listings();
      },
      unchanged,
    };
  }

  /** @param refused names of files that were refused: they are not learnt, only kept. */
  write(saying: PageSaying, refused: ReadonlySet<string>): void {
    this.#rows.pageTransaction(() => {
      const look = this.#looks.get(saying) ?? null;
      const past = this.#recall(saying, look?.past);
      const stands = look?.past === past ? look : null;
      if (stands?.isUnchanged === true) {
        const newest = past.page?.newest ?? null;
        this.#rows.rememberPage(this.#pageOf(saying, past, newest, saying.files.length), null);
        this.#texts.set(saying, past.text);
      } else if (stands !== null && stands.first !== null) {
        this.#writeFirst(saying, refused, past, stands.first);
      } else {
        this.#writeNews(saying, refused, past, stands);
      }
    });
  }

  /**
   * sha256 in hex of all that is kept of a page's files, once it was written that the page says this
   * and nothing else; `null` where something was, or is, said otherwise.
   */
  listingsOf(saying: PageSaying): string | null {
    const text = this.#texts.get(saying);
    return text === undefined ? null : hash('sha256', text, 'hex');
  }

  /**
   * Writes that a page says again what is kept of its files, where nothing has changed in that since
   * `listingsOf` told of it. @returns whether it is so.
   */
  sayAgain(saying: Omit<PageSaying, 'files'>, listings: string, listed: number): boolean {
    return this.#rows.pageTransaction(() => {
      const past = this.#recall(saying);
      if (past.page === null || hash('sha256', past.text, 'hex') !== listings) return false;
      this.#rows.rememberPage(this.#pageOf(saying, past, past.page.newest, listed), null);
      return true;
    });
  }

  #writeFirst(
    saying: PageSaying,
    refused: ReadonlySet<string>,
    past: PagePast,
    { at, names }: NonNullable<PageLook['first']>,
  ): void {
    const { index, project, files } = saying;
    const isLearnt = ({ filename }: SaidFile): boolean =>
      !refused.has(filename) && isKeepable(filename);
    // All names at once, since there are thousands; halves of a character do not meet over the stroke.
    const areLearnt = refused.size === 0 && isKeepable([...names].join('/'));
    const learnt = areLearnt ? files : files.filter(isLearnt);
    const offered = learnt.filter(({ yanked }) => yanked !== true);
    const newest = newestOf(offered, project);
    const text = textOfFirst(learnt, at);
    this.#rows.rememberPage(this.#pageOf(saying, past, newest, learnt.length), text);
    this.#addFresh(
      index,
      project,
      areLearnt ? names : new Set(learnt.map(({ filename }) => filename)),
    );
    if (areLearnt) this.#texts.set(saying, text);
  }

  #writeNews(
    saying: PageSaying,
    refused: ReadonlySet<string>,
    past: PagePast,
    look: PageLook | null,
  ): void {
    const { index, project, files } = saying;
    const { page, known } = past;
    const names = new Set(known.map(({ filename }) => filename));
    const learnable = files.filter(
      ({ filename }) => names.has(filename) || (!refused.has(filename) && isKeepable(filename)),
    );
    const isLearnt = learnable.length === files.length;
    const listings =
      look !== null && isLearnt
        ? look.listings()
        : this.#continue(past, { ...saying, files: learnable }, this.#clock.now());
    const isAsBefore = isSame(known, listings);
    const isKept = isAsBefore && !isOldText(past.text);
    const newest = isAsBefore && page !== null ? page.newest : newestOffered(listings, project);
    const written = this.#pageOf(saying, past, newest, learnable.length);
    this.#rows.rememberPage(written, isKept ? null : inOrderOf(files, listings));
    const added = listings.filter(({ filename }) => !names.has(filename));
    this.#addFresh(index, project, new Set(added.map(({ filename }) => filename)));
  }

  #pageOf(
    { index, project, form, status }: Omit<PageSaying, 'files'>,
    { page }: PagePast,
    newest: string | null,
    listed: number,
  ): RememberedPage {
    const now = this.#clock.now();
    const client = this.#client;
    const firstSeen = page?.firstSeen ?? now;
    const seenAt = Math.max(now, page?.seenAt ?? 0);
    return { index, project, form, status, newest, listed, client, firstSeen, seenAt };
  }

  /** The bytes were refused: what this run learnt of them is no measure for others. */
  unlearn(index: string, project: string, filename: string): void {
    const fresh = this.#fresh.get(freshKey(index, project)) ?? [];
    if (fresh.filter((names) => names.delete(filename)).length === 0) return;
    this.#rows.transaction(() => {
      const page = this.#rows.recallPage(index, project);
      if (page === null) return;
      const known = this.#rows.recallListings(index, project);
      const kept = known.filter((listing) => listing.filename !== filename);
      const newest = newestOffered(kept, project);
      this.#rows.rememberPage({ ...page, newest, listed: Math.max(0, page.listed - 1) }, kept);
    });
  }

  /** @param before what was recalled a moment ago: still true while the page's own row is as it was. */
  #recall({ index, project }: Pick<PageSaying, 'index' | 'project'>, before?: PagePast): PagePast {
    const page = this.#rows.recallPage(index, project);
    if (before !== undefined && isSamePage(before.page, page)) return before;
    return new PagePast(page, page === null ? '' : this.#rows.recallListingText(index, project));
  }

  #continue(
    { page, known }: PagePast,
    { files }: PageSaying,
    now: number,
  ): readonly RememberedListing[] {
    const when = { now, before: page?.seenAt ?? now };
    const listings = continueListings(known, files, when);
    return listings.length <= MAX_REMEMBERED_LISTINGS
      ? listings
      : listings.slice(0, MAX_REMEMBERED_LISTINGS);
  }

  #addFresh(index: string, project: string, names: Set<string>): void {
    if (names.size === 0) return;
    const key = freshKey(index, project);
    this.#fresh.set(key, [...(this.#fresh.get(key) ?? []), names]);
  }
}

const freshKey = (index: string, project: string): string => JSON.stringify([index, project]);
