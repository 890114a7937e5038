// SPDX-License-Identifier: Apache-2.0
import type { Hashes, ListedFile } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { compareVersions } from '../core/version.ts';
import { pageKey, type PageAnswer } from './index-pages.ts';

/** A release with all its files, as its index lists them and its lock allows them. */
export interface Resolved {
  readonly locked: LockedPackage;
  readonly index: string;
  readonly files: readonly ListedFile[];
}

/** One entry for each release: what several groups, platforms or extras say of it, together. */
export function merged(packages: readonly LockedPackage[]): readonly LockedPackage[] {
  const releases = Map.groupBy(packages, ({ name, version }) => `${name} ${version ?? ''}`);
  return [...releases.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const markers = [...new Set(same.map(({ marker }) => marker))];
    const isAlways = markers.includes(null);
    return [
      {
        ...first,
        files: same.flatMap(({ files }) => files),
        hashes: same.flatMap(({ hashes }) => hashes),
        marker: isAlways
          ? null
          : markers.length === 1
            ? (markers[0] ?? null)
            : markers.map((marker) => `(${marker ?? ''})`).join(' or '),
      },
    ];
  });
}

/**
 * The files of a release: those whose digests its lock states, otherwise all that its index lists.
 * @throws Refusal `WP-USAGE`, `WP-HASH-MISMATCH`, `WP-NO-STRONG-HASH`, `WP-NO-VOUCHER`,
 *   `WP-QUARANTINED`, and whatever kept the index from answering
 */
export function resolve(
  locked: LockedPackage,
  index: string,
  pages: ReadonlyMap<string, PageAnswer>,
): Resolved {
  const { name, version, where } = locked;
  const page = pages.get(pageKey({ index, project: name }));
  if (page === undefined || page instanceof Refusal) {
    throw page ?? new Refusal('WP-INTERNAL', { message: `${name}: its page was not asked for` });
  }
  if (page.status === 'quarantined') {
    throw new Refusal('WP-QUARANTINED', { message: `${name}: ${index} has quarantined it` });
  }
  if (version === null) {
    throw new Refusal('WP-USAGE', {
      message: `${where}: ${name}: expected one version, found a choice`,
      hint: 'Resolve it first: `wheelproof uv pip compile`, `wheelproof pip lock`, or another tool that locks.',
    });
  }
  const own = page.files.filter((file) => isOf(file, name, version));
  const stated = [...locked.files.map(({ hashes }) => hashes), ...locked.hashes];
  for (const { filename, hashes, where: line } of locked.files) {
    const listed = own.find((file) => file.filename === filename);
    const differing = Object.keys(hashes).find(
      (algorithm) => (listed?.hashes[algorithm] ?? hashes[algorithm]) !== hashes[algorithm],
    );
    if (listed === undefined || differing === undefined) continue;
    throw new Refusal('WP-HASH-MISMATCH', {
      message: `${line}: ${filename}: the lock states ${differing} ${hashes[differing] ?? ''}, ${index} lists ${listed.hashes[differing] ?? ''}`,
    });
  }
  const strong = own.filter(({ hashes }) => hashes['sha256'] !== undefined);
  const files =
    stated.length === 0
      ? strong
      : strong.filter((file) => stated.some((hashes) => agree(hashes, file.hashes)));
  if (files.length > 0) return { locked, index, files };
  throw nothingOf(`${where}: ${name} ${version}`, { own, stated, index });
}

/** That they name the same bytes, as far as they speak of the same algorithms; at least one. */
function agree(stated: Hashes, listed: Hashes): boolean {
  const common = Object.keys(stated).filter((algorithm) => listed[algorithm] !== undefined);
  return common.length > 0 && common.every((algorithm) => stated[algorithm] === listed[algorithm]);
}

function nothingOf(
  release: string,
  {
    own,
    stated,
    index,
  }: {
    readonly own: readonly ListedFile[];
    readonly stated: readonly Hashes[];
    readonly index: string;
  },
): Refusal {
  if (own.length === 0) {
    return new Refusal('WP-NO-VOUCHER', { message: `${release}: ${index} lists no file of it` });
  }
  if (stated.length === 0) {
    return new Refusal('WP-NO-STRONG-HASH', {
      message: `${release}: ${index} states no sha256 of any of its files`,
    });
  }
  const algorithms = [...new Set(stated.flatMap((hashes) => Object.keys(hashes)))].sort();
  return new Refusal('WP-PIN-MISMATCH', {
    message: `${release}: none of its ${own.length} files on ${index} has a digest that the lock states (${algorithms.join(', ')})`,
  });
}

function isOf({ filename }: ListedFile, project: string, version: string): boolean {
  const parsed = parseDistributionFilename(filename, project);
  if (parsed === null || parsed.project !== project) return false;
  return /\.(?:whl|tar\.gz|zip)$/u.test(filename) && compareVersions(parsed.version, version) === 0;
}

/** As a lock file states it, in order of names. */
export function lockedFiles({ files, locked }: Resolved): readonly LockedFile[] {
  return files
    .toSorted((a, b) => (a.filename < b.filename ? -1 : 1))
    .map(({ filename, url, hashes, size, uploadTime }) => ({
      filename,
      url,
      hashes: { sha256: hashes['sha256'] ?? '' },
      size,
      uploadTime,
      where: locked.where,
    }));
}
