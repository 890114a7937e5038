// SPDX-License-Identifier: Apache-2.0
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { RememberedListing } from '../core/remembered-page.ts';
import { compareVersions, isPrerelease } from '../core/version.ts';

/** The newest final version that was ever offered without a yank mark. */
export function newestOffered(
  listings: readonly RememberedListing[],
  project: string,
): string | null {
  return newestOf(
    listings.filter(({ yanked, change }) => !yanked || change === 'yanked'),
    project,
  );
}

/** The newest final version of all these. */
export function newestOf(
  files: readonly { readonly filename: string }[],
  project: string,
): string | null {
  let newest: string | null = null;
  // The wheels of a release, of which there may be a hundred, tell one version.
  const told = new Set<string>();
  let last = '';
  for (const { filename } of files) {
    if (last !== '' && filename.startsWith(last) && filename.endsWith('.whl')) continue;
    const spelled = spelledVersion(filename);
    if (spelled !== null && told.has(spelled)) continue;
    const version = parseDistributionFilename(filename, project)?.version;
    if (version === undefined) continue;
    if (spelled !== null) {
      told.add(spelled);
      last = filename.slice(0, filename.indexOf('-') + spelled.length + 2);
    }
    if (isPrerelease(version)) continue;
    if (newest === null || compareVersions(version, newest) > 0) newest = version;
  }
  return newest;
}

/** The version as a wheel's name spells it; `null` for whatever is no wheel. */
function spelledVersion(filename: string): string | null {
  if (!filename.endsWith('.whl')) return null;
  const start = filename.indexOf('-') + 1;
  const end = filename.indexOf('-', start);
  return start === 0 || end === -1 ? null : filename.slice(start, end);
}
