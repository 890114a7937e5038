// SPDX-License-Identifier: Apache-2.0
import { reason, type Reason } from '../core/errors.ts';
import { LATE_FILE_MS } from '../core/limits.ts';
import { normaliseVersion } from '../core/version.ts';
import type { PageView } from './page-remarks.ts';

export interface FileRemark {
  readonly filename: string;
  readonly remark: Reason;
}

/**
 * When a file was first seen, by its place in the saying: the page's files, then those of other
 * platforms. `Infinity`: never.
 */
export type Sights = (place: number, filename: string) => number;

const DAY_MS = 24 * 3_600_000;

/**
 * Files that joined a release long after it began: a release begins when its first file was
 * uploaded, as the index says, or listed, as we saw; what we knew without the file counts as a
 * beginning without it. What an index says of its own files can only make more of them late
 * (attack B11).
 */
export function findLateFiles(view: PageView, sights: Sights): readonly FileRemark[] {
  const spread = spreadReleases(view, sights);
  if (spread.size === 0) return [];
  const members = membersOf(view, sights).filter(({ version }) => spread.has(version));
  return [...Map.groupBy(members, ({ version }) => version)].flatMap(([version, release]) => {
    if (release.length < 2) return [];
    const dated = release.map((member) => ({ ...member, uploaded: timeOf(member) }));
    const uploads = Math.min(...dated.map(({ uploaded }) => uploaded));
    const firstSight = Math.min(...dated.map(({ seen }) => seen));
    const began = Math.min(uploads, firstSight);
    return dated.flatMap(({ filename, isSkipped, uploaded, seen }) => {
      // Listed with the first of its release that we saw, it has only the index's word.
      const joined = seen > firstSight ? seen : uploaded;
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

function membersOf({ files, skipped = [] }: PageView, sights: Sights): readonly Member[] {
  return [
    ...files.map(({ filename, version, listed }, place) => {
      const uploadTime = listed?.uploadTime ?? null;
      return { filename, version, uploadTime, seen: sights(place, filename), isSkipped: false };
    }),
    ...skipped.map(({ filename, uploadTime }, place) => {
      const version = versionOfWheel(filename);
      const seen = sights(files.length + place, filename);
      return { filename, version, uploadTime, seen, isSkipped: true };
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
function spreadReleases({ files, skipped = [] }: PageView, sights: Sights): ReadonlySet<string> {
  const releases = new Releases();
  let place = 0;
  for (const { filename, version, listed } of files) {
    releases.look(version, listed?.uploadTime ?? null, sights(place, filename));
    place += 1;
  }
  // The wheels of a release stand together: its version is read once.
  let start = '';
  let version = '';
  for (const { filename, uploadTime } of skipped) {
    if (start === '' || !filename.startsWith(start)) {
      version = versionOfWheel(filename);
      start = filename.slice(0, filename.indexOf('-', filename.indexOf('-') + 1) + 1);
    }
    releases.look(version, uploadTime, sights(place, filename));
    place += 1;
  }
  return releases.spread;
}

interface FirstOfRelease {
  readonly day: string;
  readonly seen: number;
}

/** What is known of the releases of a page, file by file. */
class Releases {
  readonly spread = new Set<string>();
  readonly #first = new Map<string, FirstOfRelease>();
  #version: string | null = null;
  /** Of the version of before: the files of a release stand together. */
  #last: FirstOfRelease | undefined;

  look(version: string, uploadTime: string | null, seen: number): void {
    if (version !== this.#version) {
      this.#version = version;
      this.#last = this.#first.get(version);
    }
    const first = this.#last;
    if (first === undefined) {
      const day = /^\d{4}-\d\d-\d\d(?=T)/u.exec(uploadTime ?? '')?.[0] ?? '';
      this.#last = { day, seen };
      this.#first.set(version, this.#last);
      if (seen >= Date.parse(day) && uploadTime?.endsWith('Z') === true) return;
    } else if (seen === first.seen && uploadTime?.startsWith(first.day) === true) {
      if (uploadTime.endsWith('Z')) return;
    }
    if (version !== '') this.spread.add(version);
  }
}

function timeOf({ uploadTime }: Member): number {
  const uploaded = uploadTime === null ? Number.NaN : Date.parse(uploadTime);
  return Number.isNaN(uploaded) ? Infinity : uploaded;
}
