// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { reason } from '../core/errors.ts';
import type { FileRemark } from './late-files.ts';
import type { PageView } from './page-remarks.ts';

/**
 * Files that an installer prefers to another of the same public version: by a build tag (PEP 427)
 * or by a local version (PEP 440). Where every file of a release has one, none is preferred.
 */
export function findSiblings({ files }: Pick<PageView, 'files'>): readonly FileRemark[] {
  if (!files.some(isPreferred)) return [];
  const releases = Map.groupBy(files, ({ version }) => publicOf(version));
  return [...releases].flatMap(([version, release]) =>
    version === '' || release.length < 2 ? [] : [...findBuilds(release), ...findLocals(release)],
  );
}

/** Only such a file may outrank another. */
function isPreferred({ filename, project, version }: Artifact): boolean {
  if (version.includes('+')) return true;
  return (parseDistributionFilename(filename, project)?.build ?? null) !== null;
}

function findBuilds(release: readonly Artifact[]): readonly FileRemark[] {
  const wheels = release.flatMap((file) => {
    const parsed = parseDistributionFilename(file.filename, file.project);
    return parsed?.kind === 'wheel' ? [{ file, parsed, tags: new Set(parsed.tags ?? []) }] : [];
  });
  const tagged = wheels.filter(({ parsed }) => parsed.build !== null);
  if (tagged.length === 0) return [];
  return tagged.flatMap(({ file, parsed, tags }) => {
    const beaten = wheels.find(
      (other) =>
        other.parsed.version === parsed.version &&
        other.parsed.build === null &&
        [...tags].some((tag) => other.tags.has(tag)),
    );
    if (beaten === undefined) return [];
    const message = `${file.filename} outranks ${beaten.file.filename} by its build tag ${parsed.build ?? ''}`;
    return [{ filename: file.filename, remark: reason('WP-SIBLING', message) }];
  });
}

function findLocals(release: readonly Artifact[]): readonly FileRemark[] {
  const plain = release.find(({ version }) => !version.includes('+'));
  if (plain === undefined) return [];
  return release
    .filter(({ version }) => version.includes('+'))
    .map(({ filename, version }) => {
      const message = `${filename} outranks ${plain.filename} by its local version ${version}`;
      return { filename, remark: reason('WP-SIBLING', message) };
    });
}

function publicOf(version: string): string {
  return version.split('+', 1)[0] ?? version;
}
