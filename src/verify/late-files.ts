// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import { LATE_FILE_MS } from '../core/limits.ts';
import type { RememberedListing } from '../core/remembered-page.ts';
import { normaliseVersion } from '../core/version.ts';
import type { PageView } from './page-remarks.ts';

export interface FileRemark {
  readonly filename: string;
  readonly remark: Reason;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Files that joined a release long after it began: a release begins when its first file was
 * uploaded, as the index says, or listed, as we saw; what we knew without the file counts as a
 * beginning without it. What an index says of its own files can only make more of them late
 * (attack B11).
 */
export function findLateFiles(
  view: PageView,
  known: ReadonlyMap<string, RememberedListing>,
): readonly FileRemark[] {
  const releases = Map.groupBy(membersOf(view, known), ({ version }) => version);
  return [...releases].flatMap(([version, release]) => {
    if (version === '' || release.length < 2 || isOfOneDay(release)) return [];
    const dated = release.map((member) => ({ ...member, uploaded: timeOf(member) }));
    const uploads = Math.min(...dated.map(({ uploaded }) => uploaded));
    const sights = Math.min(...dated.map(({ seen }) => seen));
    const began = Math.min(uploads, sights);
    return dated.flatMap(({ filename, isSkipped, uploaded, seen }) => {
      // Listed with the first of its release that we saw, it has only the index's word.
      const joined = seen > sights ? seen : uploaded;
      if (isSkipped || !Number.isFinite(joined) || joined - began <= LATE_FILE_MS) return [];
      const days = Math.floor((joined - began) / DAY_MS);
      const message = `${filename} joined ${view.project} ${version} ${days} days after its first file`;
      return [{ filename, remark: reason('WP-LATE-FILE', message) }];
    });
  });
}

/** One file of a release. */
interface Member {
  readonly filename: string;
  readonly version: string;
  readonly uploadTime: string | null;
  /** When we first saw it listed. */
  readonly seen: number;
  /** It tells when its release began; nobody here installs it. */
  readonly isSkipped: boolean;
}

function membersOf(
  { files, skipped = [] }: PageView,
  known: ReadonlyMap<string, RememberedListing>,
): readonly Member[] {
  const seenOf = (filename: string): number => known.get(filename)?.firstSeen ?? Infinity;
  return [
    ...files.map(({ filename, version, listed }) => {
      const uploadTime = listed?.uploadTime ?? null;
      return { filename, version, uploadTime, seen: seenOf(filename), isSkipped: false };
    }),
    ...skipped.map(({ filename, uploadTime }) => {
      const version = normaliseVersion(filename.split('-', 2)[1] ?? '') ?? '';
      return { filename, version, uploadTime, seen: seenOf(filename), isSkipped: true };
    }),
  ];
}

/** Told to be of one day, and first listed together on that day or later: as most releases are. */
function isOfOneDay(release: readonly Member[]): boolean {
  const [first] = release;
  const day = /^\d{4}-\d\d-\d\d(?=T)/u.exec(first?.uploadTime ?? '')?.[0];
  if (first === undefined || day === undefined || !(first.seen >= Date.parse(day))) return false;
  return release.every(
    ({ uploadTime, seen }) =>
      seen === first.seen && uploadTime?.startsWith(day) === true && uploadTime.endsWith('Z'),
  );
}

function timeOf({ uploadTime }: Member): number {
  const uploaded = uploadTime === null ? Number.NaN : Date.parse(uploadTime);
  return Number.isNaN(uploaded) ? Infinity : uploaded;
}
