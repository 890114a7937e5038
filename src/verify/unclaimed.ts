// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { reason } from '../core/errors.ts';
import { compareVersions, isPrerelease, releaseLine } from '../core/version.ts';
import type { FileRemark } from './late-files.ts';
import type { PageView } from './page-remarks.ts';

/**
 * Files without attestations, where the same page names them for an earlier release of the line
 * (attack H02, before anything is remembered). Only the index says so: it tells of a stolen upload
 * token, not of an index that lies. Of each kind of file apart, and pre-releases aside.
 */
export function findUnclaimed({
  files,
  project,
}: Pick<PageView, 'files' | 'project'>): readonly FileRemark[] {
  if (files.every((file) => !isClaimed(file))) return [];
  const finals = files.filter(({ version }) => version !== '' && !isPrerelease(version));
  const first = firstClaimed(finals);
  return finals.flatMap((file) => {
    const since = first.get(lineOf(file));
    if (since === undefined || isClaimed(file) || compareVersions(file.version, since) <= 0) {
      return [];
    }
    const message = `${file.filename} has no attestations, though the index names some for ${project} ${since}`;
    return [{ filename: file.filename, remark: reason('WP-PUBLISHER-CLAIMED', message) }];
  });
}

const isClaimed = ({ listed }: Artifact): boolean => (listed?.provenance ?? null) !== null;

const lineOf = ({ kind, version }: Artifact): string => `${kind} ${releaseLine(version)}`;

/** The earliest release of each line that the page names attestations for. */
function firstClaimed(files: readonly Artifact[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const file of files) {
    const line = lineOf(file);
    const known = first.get(line);
    const isEarlier = known === undefined || compareVersions(file.version, known) < 0;
    if (isClaimed(file) && isEarlier) first.set(line, file.version);
  }
  return first;
}
