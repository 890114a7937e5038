// SPDX-License-Identifier: Apache-2.0
import type { HeldBytes } from '../core/bytes.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { Refusal } from '../core/errors.ts';
import { MAX_SIDECAR_BYTES } from '../core/limits.ts';
import { normaliseName } from '../core/project-name.ts';
import { safeText } from '../core/safe-text.ts';
import { compareVersions } from '../core/version.ts';
import { type CoreMetadata, readCoreMetadata } from './core-metadata.ts';
import type { KnownLayouts } from './known-layouts.ts';
import { malformed } from './refuse.ts';
import { openZip } from './zip.ts';

export interface WheelContents extends CoreMetadata {
  /** The one `.dist-info` folder, without slash. */
  readonly distInfo: string;
  /** Names of all entries. */
  readonly entries: readonly string[];
}

/**
 * A wheel that can be read in one way only, with the metadata that an installer will believe.
 * @throws Refusal `WP-ARCHIVE-MALFORMED`, `WP-LIMIT-ARCHIVE`, `WP-ARCHIVE-IDENTITY`
 */
export async function readWheel(
  filename: string,
  bytes: HeldBytes,
  layouts: KnownLayouts | null = null,
): Promise<WheelContents> {
  const zip = await openZip(filename, bytes, layouts);
  const names = zip.entries.map((entry) => entry.name);
  const special = zip.entries.find(({ isSpecial }) => isSpecial);
  if (special !== undefined)
    throw malformed(filename, `the entry '${safeText(special.name)}' is a link or a special file`);
  const distInfo = onlyDistInfo(filename, names);
  verifyFolderName(filename, distInfo);
  const entry = zip.entries.find(({ name }) => name === `${distInfo}/METADATA`);
  if (entry === undefined) throw malformed(filename, `holds no ${safeText(distInfo)}/METADATA`);
  const metadata = await zip.read(entry, MAX_SIDECAR_BYTES);
  return { ...readCoreMetadata(filename, metadata), distInfo, entries: names };
}

export function onlyDistInfo(filename: string, names: readonly string[]): string {
  const folders = topFolders(names).filter((top) => top.toLowerCase().endsWith('.dist-info'));
  const [folder] = folders;
  if (folder === undefined) throw malformed(filename, 'holds no .dist-info folder');
  if (folders.length > 1) {
    throw malformed(
      filename,
      `holds ${folders.length} .dist-info folders: ${safeText(folders.join(', '))}`,
    );
  }
  return folder;
}

function topFolders(names: readonly string[]): readonly string[] {
  const tops = new Set<string>();
  let last: string | null = null; // entries of one folder mostly stand together
  for (const name of names) {
    if (last !== null && name[last.length] === '/' && name.startsWith(last)) continue;
    [last = ''] = name.split('/', 1);
    tops.add(last);
  }
  return [...tops];
}

/** The folder's name decides what an installer records; it is the file name's project and version. */
function verifyFolderName(filename: string, distInfo: string): void {
  const named = parseDistributionFilename(filename);
  const stem = distInfo.slice(0, -'.dist-info'.length);
  const dash = stem.indexOf('-');
  if (
    named !== null &&
    normaliseName(stem.slice(0, dash)) === named.project &&
    compareVersions(stem.slice(dash + 1), named.version) === 0
  ) {
    return;
  }
  throw new Refusal('WP-ARCHIVE-IDENTITY', {
    message: `${safeText(filename)} holds the folder ${safeText(distInfo)} of another project or version`,
  });
}
