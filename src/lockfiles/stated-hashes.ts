// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';

/** `sha256:…`, of files and of the release, each once, in order. */
export function hashesOf({ files, hashes }: Pick<LockedPackage, 'files' | 'hashes'>): string[] {
  const all = [...files.map((file) => file.hashes), ...hashes];
  return [...new Set(all.flatMap(labelled))].sort();
}

export function labelled(hashes: Hashes): readonly string[] {
  return Object.entries(hashes).map(([algorithm, hex]) => `${algorithm}:${hex}`);
}

/** A release as the file names it, whatever groups, platforms or markers it names it for. */
export interface ListedRelease {
  readonly name: string;
  readonly version: string | null;
  readonly hashes: readonly string[];
  readonly files: readonly (Omit<LockedFile, 'hashes'> & { readonly hashes: readonly string[] })[];
}

/** Each release once, by name and version; what lies on this machine is none. */
export function releasesIn(packages: readonly LockedPackage[]): readonly ListedRelease[] {
  const released = packages.filter(({ place }) => place?.kind !== 'local');
  const releases = Map.groupBy(released, ({ name, version }) => `${name} ${version ?? ''}`);
  return [...releases.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, same]) => {
      const [first] = same;
      if (first === undefined) return [];
      const files = new Map(same.flatMap((one) => one.files).map((file) => [keyOf(file), file]));
      const hashes = hashesOf({
        files: [...files.values()],
        hashes: same.flatMap((one) => one.hashes),
      });
      const shown = [...files.values()].map((file) => ({
        filename: file.filename,
        url: file.url,
        hashes: labelled(file.hashes),
        size: file.size,
        uploadTime: file.uploadTime,
        where: file.where,
      }));
      return [{ name: first.name, version: first.version, hashes, files: shown }];
    });
}

function keyOf({ filename, url, hashes }: LockedFile): string {
  return JSON.stringify([filename, url, hashes]);
}
