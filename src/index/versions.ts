// SPDX-License-Identifier: Apache-2.0
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { compareVersions } from '../core/version.ts';
import type { WritablePage } from './page-form.ts';

/** PEP 700: every version that has a file, oldest first. */
export function versionsOf(
  page: Pick<WritablePage, 'project' | 'files' | 'shown'>,
): readonly string[] {
  const versions = new Set<string>();
  for (const { filename } of [...page.files, ...page.shown.map(({ file }) => file)]) {
    const name = parseDistributionFilename(filename, page.project);
    if (name !== null) versions.add(name.version);
  }
  return [...versions].sort(compareVersions);
}
