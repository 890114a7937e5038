// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { publicUrl } from '../core/url.ts';
import { normaliseVersion } from '../core/version.ts';
import { invalid, withoutHash, type GrowingReading } from './format.ts';
import { lastSegment, unescaped } from './last-segment.ts';
import { verifyProjectName } from './requirement.ts';
import { optionalText, type Table } from './tables.ts';
import { verifyVcsAddress } from './vcs-address.ts';

export type Place = NonNullable<LockedPackage['place']>;

/** @throws Refusal `WP-LOCKFILE-INVALID`, `WP-NAME-LOOKALIKE` */
export function projectAt(name: string, where: string): string {
  return normaliseName(verifyProjectName(name, where));
}

/** As it stands where it is no version that PEP 440 knows: it then names no release of any index. */
export function versionOf(stated: string | null): string | null {
  return stated === null ? null : (normaliseVersion(stated) ?? stated);
}

/** What a package says by saying nothing else. */
export const UNSAID = {
  version: null,
  hashes: [],
  files: [],
  marker: null,
  requiresPython: null,
  index: null,
  place: null,
  groups: [],
  identities: [],
} as const satisfies Partial<LockedPackage>;

/** A file by its address. @throws Refusal `WP-LOCKFILE-INVALID` for an address that is none */
export function fileAt(
  address: string,
  hashes: Hashes,
  where: string,
): Pick<LockedFile, 'filename' | 'url' | 'hashes' | 'where'> {
  if (!URL.canParse(address)) {
    throw invalid(where, `expected an address, found ${safeText(address, 200)}`);
  }
  const filename = lastSegment(new URL(address).pathname);
  return { filename, url: publicUrl(address), hashes, where };
}

/** A file's name as it stands; `null` where it is absent. @throws Refusal `WP-LOCKFILE-INVALID` for a path */
export function fileNameAt(table: Table, key: string, where: string): string | null {
  const name = optionalText(table, key, where);
  // It would be the name of no file that ever comes, and pin nothing.
  if (name !== null && /[/\\]/u.test(name)) {
    throw invalid(where, `expected a file's name as ${key}, found ${safeText(name, 200)}`);
  }
  return name;
}

/** A path or an address of this machine, and what is fetched from elsewhere. */
export function placeOf(address: string): Place {
  const isRemote = /^[a-z][a-z0-9+.-]*:\/\//iu.test(address) && !/^file:/iu.test(address);
  return { url: address, kind: isRemote ? 'remote' : 'local' };
}

/** A revision of a version control system, as requirements write it (`git+https://host/r@commit`). */
export function vcsPlace(told: {
  readonly type: string;
  readonly url: string;
  readonly revision: string | null;
  readonly subdirectory: string | null;
}): Place {
  const revision = told.revision === null ? '' : `@${told.revision}`;
  return partOf({ url: `${told.type}+${told.url}${revision}`, kind: 'vcs' }, told);
}

/** The part of an archive or repository that is meant, as requirements write it (`#subdirectory=`). */
export function partOf(
  place: Place,
  { subdirectory }: { readonly subdirectory: string | null },
): Place {
  if (subdirectory === null || place.kind === 'local') return place;
  const part = `subdirectory=${encodeURIComponent(subdirectory).replaceAll('%2F', '/')}`;
  return { ...place, url: `${place.url}${place.url.includes('#') ? '&' : '#'}${part}` };
}

/** As {@link partOf} and requirements write it: in a fragment, or in uv's query. */
export function subdirectoryIn(text: string): string | null {
  const [, part = ''] = /(?:^|&)subdirectory=([^&]*)/u.exec(text) ?? [];
  return part === '' ? null : unescaped(part);
}

/** Adds a package of a lock file, with the pins, wishes and places that follow from it. */
export function addPackage(locked: LockedPackage, reading: GrowingReading): void {
  const { name: project, version, marker, where, place } = locked;
  reading.packages.push(locked);
  const condition = marker === null ? {} : { conditional: true as const };
  const specifier = version === null ? '' : `==${version}`;
  if (place?.kind === 'vcs') verifyVcsAddress(place.url, where);
  const isStated = place !== null || locked.files.some(({ url }) => url !== null);
  const stated = isStated ? { unasked: 'stated' as const } : {};
  reading.wishes.push({ project, specifier, ...condition, ...stated, where });
  if (place !== null) reading.urls.push({ ...place, where });
  for (const { url, where: line } of place === null ? locked.files : []) {
    if (url !== null && !/^https?:/iu.test(url))
      reading.urls.push({ ...placeOf(url), where: line });
  }
  for (const { filename, url, hashes, where: line } of locked.files) {
    reading.pins.push({ project, version, filename, url, hashes, where: line });
  }
  const url = place?.kind === 'remote' && URL.canParse(place.url) ? publicUrl(place.url) : null;
  for (const hashes of locked.hashes) {
    reading.pins.push({ project, version, filename: null, url, hashes, where, statement: where });
  }
}

/** @throws Refusal `WP-LOCK-NO-HASH` where a release that is downloaded has no hash */
export function requireHashes(locked: LockedPackage, why: string): void {
  if (locked.files.length + locked.hashes.length === 0) throw withoutHash(locked.where, why);
}

/** An index as it may be kept; what is no address names none. */
export function indexOf(address: string | null): string | null {
  return address !== null && URL.canParse(address) ? publicUrl(address) : null;
}
