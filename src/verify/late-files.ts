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
  const spread = spreadReleases(view, known);
  if (spread.size === 0) return [];
  const members = membersOf(view, known).filter(({ version }) => spread.has(version));
  return [...Map.groupBy(members, ({ version }) => version)].flatMap(([version, release]) => {
    if (release.length < 2) return [];
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
      const version = versionOfWheel(filename);
      return { filename, version, uploadTime, seen: seenOf(filename), isSkipped: true };
    }),
  ];
}

function versionOfWheel(filename: string): string {
  return normaliseVersion(filename.split('-', 2)[1] ?? '') ?? '';
}

/**
 * The versions whose files are not all told to be of one day and first listed together on that day
 * or later, as those of most releases are.
 */
function spreadReleases(
  { files, skipped = [] }: PageView,
  known: ReadonlyMap<string, RememberedListing>,
): ReadonlySet<string> {
  const spread = new Set<string>();
  const first = new Map<string, { readonly day: string; readonly seen: number }>();
  const look = (version: string, uploadTime: string | null, filename: string): void => {
    const seen = known.get(filename)?.firstSeen ?? Infinity;
    const other = first.get(version);
    if (other === undefined) {
      const day = /^\d{4}-\d\d-\d\d(?=T)/u.exec(uploadTime ?? '')?.[0] ?? '';
      first.set(version, { day, seen });
      if (seen >= Date.parse(day) && uploadTime?.endsWith('Z') === true) return;
    } else if (seen === other.seen && uploadTime?.startsWith(other.day) === true) {
      if (uploadTime.endsWith('Z')) return;
    }
    if (version !== '') spread.add(version);
  };
  for (const { filename, version, listed } of files) {
    look(version, listed?.uploadTime ?? null, filename);
  }
  for (const { filename, uploadTime } of skipped) {
    look(versionOfWheel(filename), uploadTime, filename);
  }
  return spread;
}

function timeOf({ uploadTime }: Member): number {
  const uploaded = uploadTime === null ? Number.NaN : Date.parse(uploadTime);
  return Number.isNaN(uploaded) ? Infinity : uploaded;
}
