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
 * When each file was first seen, by its place in the saying: the page's files, then those of other
 * platforms. `Infinity`: never.
 */
export type Sights = ArrayLike<number>;

const DAY_MS = 24 * 3_600_000;

/**
 * Files that joined a release long after it began: a release begins when its first file was
 * uploaded, as the index says, or listed, as we saw; what we knew without the file counts as a
 * beginning without it. What an index says of its own files can only make more of them late
 * (attack B11).
 */
export function findLateFiles(view: PageView, sights: Sights): readonly FileRemark[] {
  const versions = versionsOf(view);
  const spread = spreadReleases(view, versions, sights);
  if (spread.size === 0) return [];
  const members = membersOf(view, versions, sights, spread);
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

/** By place. */
function versionsOf({ files, skipped = [] }: PageView): readonly string[] {
  const versions = files.map(({ version }) => version);
  // The wheels of a release stand together: its version is read once.
  let start = '';
  let last = '';
  for (const { filename } of skipped) {
    if (start === '' || !filename.startsWith(start)) {
      const parts = filename.split('-', 2);
      last = normaliseVersion(parts[1] ?? '') ?? '';
      start = parts.length === 2 ? `${parts[0]}-${parts[1]}-` : '';
    }
    versions.push(last);
  }
  return versions;
}

/** Of the releases given. */
function membersOf(
  { files, skipped = [] }: PageView,
  versions: readonly string[],
  sights: Sights,
  spread: ReadonlySet<string>,
): readonly Member[] {
  const members: Member[] = [];
  for (let place = 0; place < versions.length; place += 1) {
    const version = versions[place] ?? '';
    if (!spread.has(version)) continue;
    const isSkipped = place >= files.length;
    const file = isSkipped ? skipped[place - files.length] : files[place];
    if (file === undefined) continue;
    const uploadTime = ('listed' in file ? file.listed?.uploadTime : file.uploadTime) ?? null;
    const seen = sights[place] ?? Infinity;
    members.push({ filename: file.filename, version, uploadTime, seen, isSkipped });
  }
  return members;
}

/**
 * The versions whose files are not all told to be of one day and first listed together on that day
 * or later, as those of most releases are.
 */
function spreadReleases(
  { files, skipped = [] }: PageView,
  versions: readonly string[],
  sights: Sights,
): ReadonlySet<string> {
  const spread = new Set<string>();
  const releases = new Map<string, FirstOfRelease>();
  // The files of a release stand together, so that most are as the one before.
  let version: string | undefined;
  let first: FirstOfRelease = { day: '', seen: 0 };
  for (let place = 0; place < versions.length; place += 1) {
    const isSkipped = place >= files.length;
    const uploadTime =
      (isSkipped ? skipped[place - files.length]?.uploadTime : files[place]?.listed?.uploadTime) ??
      '';
    const seen = sights[place] ?? Infinity;
    const isZulu = uploadTime.endsWith('Z');
    const next = versions[place] ?? '';
    if (next !== version) {
      version = next;
      const known = releases.get(next);
      if (known === undefined) {
        const day = /^\d{4}-\d\d-\d\d(?=T)/u.exec(uploadTime)?.[0] ?? '';
        first = { day, seen };
        releases.set(next, first);
        if (isZulu && seen >= Date.parse(day)) continue;
        if (next !== '') spread.add(next);
        continue;
      }
      first = known;
    }
    if (isZulu && seen === first.seen && uploadTime.startsWith(first.day)) continue;
    if (next !== '') spread.add(next);
  }
  return spread;
}

interface FirstOfRelease {
  readonly day: string;
  readonly seen: number;
}

function timeOf({ uploadTime }: Member): number {
  const uploaded = uploadTime === null ? Number.NaN : Date.parse(uploadTime);
  return Number.isNaN(uploaded) ? Infinity : uploaded;
}
