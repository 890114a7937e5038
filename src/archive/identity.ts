// SPDX-License-Identifier: Apache-2.0
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { compareVersions, normaliseVersion } from '../core/version.ts';

/** What the metadata inside says, as spelled there. */
export interface StatedIdentity {
  readonly name: string;
  readonly version: string;
}

/**
 * The metadata inside names the project and version of the file name.
 * @param expectedProject of a file name that can be split in several ways: whose page led to it.
 * @throws Refusal `WP-ARCHIVE-IDENTITY`
 */
export function verifyArchiveIdentity(
  filename: string,
  stated: StatedIdentity,
  expectedProject: string = stated.name,
): void {
  const named = parseDistributionFilename(filename, expectedProject);
  const inside = `${safeText(stated.name, 100)} ${safeText(stated.version, 100)}`;
  if (
    named !== null &&
    named.project === normaliseName(stated.name) &&
    normaliseVersion(stated.version) !== null &&
    compareVersions(named.version, stated.version) === 0
  ) {
    return;
  }
  const expected = named === null ? 'no release' : `${named.project} ${named.version}`;
  throw new Refusal('WP-ARCHIVE-IDENTITY', {
    message: `${safeText(filename)}: the file name says ${expected}, the metadata inside says ${inside}`,
  });
}
