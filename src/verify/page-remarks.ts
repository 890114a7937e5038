// SPDX-License-Identifier: Apache-2.0
import type { Artifact, SkippedEntry } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { reason, type Reason } from '../core/errors.ts';
import type { Wish } from '../core/installer.ts';
import type { RememberedListing } from '../core/remembered-page.ts';
import { compareVersions, isPrerelease } from '../core/version.ts';
import type { PageHistory } from '../trust/index.ts';
import { findLateFiles, type FileRemark } from './late-files.ts';
import { findSiblings } from './siblings.ts';
import { findUnclaimed } from './unclaimed.ts';
import { meetsWishes } from './wanted.ts';

/** A page beside what the same page said before. */
export interface PageView {
  readonly index: string;
  readonly project: string;
  /** Every file that it lists now, also what was refused on reading; in the order of the saying. */
  readonly files: readonly Artifact[];
  /** Files of other platforms, of which nothing is said here. */
  readonly skipped?: readonly SkippedEntry[];
  readonly history: PageHistory;
  readonly wishes: readonly Wish[];
  /** Names this machine's installer, as the audit trail shall. */
  readonly client: string;
}

export interface PageRemarks {
  /** By file name. */
  readonly byFile: ReadonlyMap<string, readonly Reason[]>;
  /** What concerns no file that could still be installed. */
  readonly notes: readonly string[];
}

export const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** What a page lets one notice of its files; policy decides what becomes of it. */
export function remarkOn(view: PageView): PageRemarks {
  const { unchanged } = view.history;
  const remarks = new Remarks();
  if (unchanged !== undefined) {
    // There is nothing that changed, fell or went.
    remarks.addAll(findLateFiles(view, unchanged));
    remarks.addAll(findSiblings(view));
    remarks.addAll(findUnclaimed(view));
    return remarks;
  }
  const known = new Map(view.history.listings.map((listing) => [listing.filename, listing]));
  for (const file of view.files) {
    const listing = known.get(file.filename);
    if (listing !== undefined) remarks.add(file.filename, ...changesOf(view, file, listing));
  }
  const said = [...view.files, ...(view.skipped ?? [])];
  const sights = said.map(({ filename }) => known.get(filename)?.firstSeen ?? Infinity);
  remarks.addAll(findLateFiles(view, sights));
  remarks.addAll(findSiblings(view));
  remarks.addAll(findUnclaimed(view));
  const fall = findFall(view);
  if (fall !== null) {
    remarks.notes.push(`${fall.remark.message} (${fall.remark.code})`);
    for (const file of fall.below) remarks.add(file.filename, fall.remark);
  }
  for (const { release, remark, at } of findGone(view)) {
    for (const file of release) remarks.add(file.filename, remark);
    // Told once, when it is noticed.
    if (isNew(view, at)) remarks.notes.push(`${remark.message} (${remark.code})`);
  }
  return remarks;
}

class Remarks implements PageRemarks {
  readonly byFile = new Map<string, readonly Reason[]>();
  readonly notes: string[] = [];

  add(filename: string, ...remarks: readonly Reason[]): void {
    if (remarks.length === 0) return;
    this.byFile.set(filename, [...(this.byFile.get(filename) ?? []), ...remarks]);
  }

  addAll(found: readonly FileRemark[]): void {
    for (const { filename, remark } of found) this.add(filename, remark);
  }
}

function changesOf(
  { history, client }: PageView,
  file: Artifact,
  listing: RememberedListing,
): readonly Reason[] {
  const found: Reason[] = [];
  const now = file.listed?.hashes['sha256'];
  if (now !== undefined && listing.sha256 !== null && listing.sha256 !== now) {
    const asker = history.page?.client ?? '';
    found.push(
      reason(
        'WP-LISTING-CHANGED',
        `${file.filename}: listed with sha256 ${listing.sha256} on ${day(listing.firstSeen)}${by(asker)}, now with ${now}${by(client)}`,
      ),
    );
  }
  if (listing.change === 'unyanked') {
    found.push(
      reason(
        'WP-YANK-REMOVED',
        `${file.filename} was yanked on ${day(listing.changedAt)}, and is not any more`,
      ),
    );
  }
  return found;
}

function by(client: string): string {
  return client === '' ? '' : ` (to ${client})`;
}

/** Of what the wishes allow, the newest final version that was offered is not offered any more. */
function findFall(view: PageView) {
  const { history, files, index, project } = view;
  const mine = view.wishes.filter((wish) => wish.project === project);
  const isFit = (version: string): boolean =>
    version !== '' && !isPrerelease(version) && meetsWishes(mine, version);
  const now = newest(
    files.filter(({ listed }) => typeof listed?.yanked !== 'string').map(({ version }) => version),
    isFit,
  );
  let fallen: RememberedListing | null = null;
  let best = now;
  for (const listing of history.listings) {
    const left = listing.change === 'gone' ? !listing.yanked : listing.change === 'yanked';
    if (!left) continue;
    const version = parseDistributionFilename(listing.filename, project)?.version ?? '';
    if (!isFit(version) || (best !== null && compareVersions(version, best) <= 0)) continue;
    best = version;
    fallen = listing;
  }
  if (fallen === null || best === null) return null;
  const known = best;
  const what = fallen.change === 'gone' ? 'no longer lists it' : 'has yanked it since';
  const left = now === null ? 'none is left' : `the newest is now ${now}`;
  const message = `${project}: ${index} offered ${known} on ${day(fallen.changedAt)} and ${what}; ${left}`;
  const below = files.filter(
    ({ version }) => version === '' || compareVersions(version, known) < 0,
  );
  return { remark: reason('WP-NEWEST-FELL', message), below };
}

function newest(versions: readonly string[], isFit: (version: string) => boolean): string | null {
  let best: string | null = null;
  for (const version of versions) {
    if (isFit(version) && (best === null || compareVersions(version, best) > 0)) best = version;
  }
  return best;
}

/** Files that are gone, with what is left of their release. */
function findGone({ history, files, project }: PageView) {
  const gone = history.listings.filter(({ change }) => change === 'gone');
  if (gone.length === 0) return [];
  const left = Map.groupBy(files, ({ version }) => version);
  const versionOf = ({ filename }: RememberedListing): string =>
    parseDistributionFilename(filename, project)?.version ?? '';
  return [...Map.groupBy(gone, versionOf)].map(([version, group]) => {
    const [first] = group;
    const example = first?.filename ?? '';
    const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
    const at = Math.max(...group.map(({ changedAt }) => changedAt));
    const what = `${example}${more} listed on ${day(at)}, not any more`;
    const remark = reason('WP-FILE-GONE', `${`${project} ${version}`.trim()}: ${what}`);
    return { release: left.get(version) ?? [], remark, at };
  });
}

/** Noticed by this very look: the last one still had it. */
function isNew({ history }: PageView, changedAt: number): boolean {
  return history.page !== null && history.page.seenAt === changedAt;
}
