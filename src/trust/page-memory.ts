// SPDX-License-Identifier: Apache-2.0
import type { ProjectStatus } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { MAX_REMEMBERED_LISTINGS } from '../core/limits.ts';
import type { RememberedListing, RememberedPage } from '../core/remembered-page.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { compareVersions, isPrerelease } from '../core/version.ts';
import { continueListings, type SaidFile } from './listing-changes.ts';

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
}

/** What is kept of one page. */
interface Past {
  readonly page: RememberedPage | null;
  readonly known: readonly RememberedListing[];
}

interface Look {
  readonly past: Past;
  readonly listings: readonly RememberedListing[];
}

/** What this trust store remembers of index pages: it looks first, and writes after the judgement. */
export class PageMemory {
  readonly #rows: TrustRows;
  readonly #clock: Clock;
  readonly #client: string;
  /** What this run saw for the first time, by page: taken back where its bytes are refused. */
  readonly #fresh = new Map<string, Set<string>>();
  readonly #looks = new WeakMap<PageSaying, Look>();

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
    const listings = this.#continue(past, saying);
    this.#looks.set(saying, { past, listings });
    return { page: past.page, listings };
  }

  /** @param refused names of files that were refused: they are not learnt, only kept. */
  write(saying: PageSaying, refused: ReadonlySet<string>): void {
    const { index, project, form, status } = saying;
    this.#rows.pageTransaction(() => {
      const look = this.#looks.get(saying);
      const past = this.#recall(saying, look?.past);
      const { page, known } = past;
      const isNothingNew = look?.past === past && look.listings === known;
      const names = new Set(isNothingNew ? [] : known.map(({ filename }) => filename));
      const learnable = isNothingNew
        ? saying.files
        : saying.files.filter(
            ({ filename }) =>
              names.has(filename) || (!refused.has(filename) && isKeepable(filename)),
          );
      const isLearnt = learnable.length === saying.files.length;
      const listings =
        look?.past === past && isLearnt
          ? look.listings
          : this.#continue(past, { ...saying, files: learnable });
      const now = this.#clock.now();
      const isAsBefore = isSame(known, listings);
      const written: RememberedPage = {
        index,
        project,
        form,
        status,
        newest: isAsBefore && page !== null ? page.newest : newestOffered(listings, project),
        listed: learnable.length,
        client: this.#client,
        firstSeen: page?.firstSeen ?? now,
        seenAt: Math.max(now, page?.seenAt ?? 0),
      };
      this.#rows.rememberPage(written, isAsBefore ? null : listings);
      if (isNothingNew) return;
      const fresh = this.#freshOf(index, project);
      for (const { filename } of listings) if (!names.has(filename)) fresh.add(filename);
    });
  }

  /** The bytes were refused: what this run learnt of them is no measure for others. */
  unlearn(index: string, project: string, filename: string): void {
    if (!this.#freshOf(index, project).delete(filename)) return;
    this.#rows.transaction(() => {
      const page = this.#rows.recallPage(index, project);
      if (page === null) return;
      const known = this.#rows.recallListings(index, project);
      const kept = known.filter((listing) => listing.filename !== filename);
      const newest = newestOffered(kept, project);
      this.#rows.rememberPage({ ...page, newest, listed: page.listed - 1 }, kept);
    });
  }

  /** @param before what was recalled a moment ago: still true while the page's own row is as it was. */
  #recall({ index, project }: PageSaying, before?: Past): Past {
    const page = this.#rows.recallPage(index, project);
    if (before !== undefined && isSamePage(before.page, page)) return before;
    const known = page === null ? [] : this.#rows.recallListings(index, project);
    return { page, known };
  }

  #continue({ page, known }: Past, { files }: PageSaying): readonly RememberedListing[] {
    const now = this.#clock.now();
    const when = { now, before: page?.seenAt ?? now };
    const listings = continueListings(known, files, when);
    return listings.length <= MAX_REMEMBERED_LISTINGS
      ? listings
      : listings.slice(0, MAX_REMEMBERED_LISTINGS);
  }

  #freshOf(index: string, project: string): Set<string> {
    const key = JSON.stringify([index, project]);
    const known = this.#fresh.get(key) ?? new Set();
    this.#fresh.set(key, known);
    return known;
  }
}

/** Every look that is written renews the row, so that one that stayed speaks for the list of files too. */
function isSamePage(before: RememberedPage | null, after: RememberedPage | null): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** The newest final version that was ever offered without a yank mark. */
function newestOffered(listings: readonly RememberedListing[], project: string): string | null {
  let newest: string | null = null;
  // The wheels of a release, of which there may be a hundred, tell one version.
  const told = new Set<string>();
  for (const { filename, yanked, change } of listings) {
    if (yanked && change !== 'yanked') continue;
    const spelled = spelledVersion(filename);
    if (spelled !== null && told.has(spelled)) continue;
    const version = parseDistributionFilename(filename, project)?.version;
    if (version === undefined) continue;
    if (spelled !== null) told.add(spelled);
    if (isPrerelease(version)) continue;
    if (newest === null || compareVersions(version, newest) > 0) newest = version;
  }
  return newest;
}

/** The version as a wheel's name spells it; `null` for whatever is no wheel. */
function spelledVersion(filename: string): string | null {
  if (!filename.endsWith('.whl')) return null;
  const start = filename.indexOf('-') + 1;
  const end = filename.indexOf('-', start);
  return start === 0 || end === -1 ? null : filename.slice(start, end);
}

/** Other names are refused on reading the page; nothing of them is kept. */
function isKeepable(filename: string): boolean {
  return filename.isWellFormed() && !/[\t\n\0]/u.test(filename);
}

function isSame(
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
