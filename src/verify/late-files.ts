// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { reason, type Reason } from '../core/errors.ts';
import { LATE_FILE_MS } from '../core/limits.ts';
import type { RememberedListing } from '../core/remembered-page.ts';
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
  { files }: PageView,
  known: ReadonlyMap<string, RememberedListing>,
): readonly FileRemark[] {
  const releases = Map.groupBy(files, ({ version }) => version);
  return [...releases].flatMap(([version, release]) => {
    if (version === '' || release.length < 2 || isOfOneDay(release, known)) return [];
    const dated = release.map((file) => datesOf(file, known.get(file.filename)));
    const uploads = Math.min(...dated.map(({ uploaded }) => uploaded));
    const sights = Math.min(...dated.map(({ seen }) => seen));
    const began = Math.min(uploads, sights);
    return dated.flatMap(({ file, uploaded, seen }) => {
      // Listed with the first of its release that we saw, it has only the index's word.
      const joined = seen > sights ? seen : uploaded;
      if (!Number.isFinite(joined) || joined - began <= LATE_FILE_MS) return [];
      const days = Math.floor((joined - began) / DAY_MS);
      const message = `${file.filename} joined ${file.project} ${version} ${days} days after its first file`;
      return [{ filename: file.filename, remark: reason('WP-LATE-FILE', message) }];
    });
  });
}

/** Told to be of one day, and first listed together on that day or later: as most releases are. */
function isOfOneDay(
  release: readonly Artifact[],
  known: ReadonlyMap<string, RememberedListing>,
): boolean {
  const [first] = release;
  const day = dayOf(first);
  if (first === undefined || day === undefined) return false;
  const seen = known.get(first.filename)?.firstSeen ?? Infinity;
  if (!(seen >= Date.parse(day))) return false;
  return release.every(
    (file) => dayOf(file) === day && (known.get(file.filename)?.firstSeen ?? Infinity) === seen,
  );
}

/** `2026-01-31`, of a time in UTC. */
function dayOf(file: Artifact | undefined): string | undefined {
  return /^(\d{4}-\d\d-\d\d)T.*Z$/u.exec(file?.listed?.uploadTime ?? '')?.[1];
}

function datesOf(file: Artifact, listing: RememberedListing | undefined) {
  const told = file.listed?.uploadTime ?? null;
  const uploaded = told === null ? Number.NaN : Date.parse(told);
  return {
    file,
    uploaded: Number.isNaN(uploaded) ? Infinity : uploaded,
    seen: listing?.firstSeen ?? Infinity,
  };
}
