// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from '../core/artifact.ts';
import { MAX_FILENAME_CHARACTERS, MAX_URL_CHARACTERS } from '../core/limits.ts';
import { type EntryContext, judgeName } from './entry.ts';
import { USUAL_TIME } from './plain-fields.ts';
import type { RawEntry } from './raw-page.ts';
import type { UsualEntry } from './usual-entry.ts';

/** The file of a usual entry; `null`: `readEntry` is to judge it. What it answers, that would answer. */
export function usualFile(
  entry: UsualEntry,
  { plain, project }: Pick<EntryContext, 'plain' | 'project'>,
): ListedFile | null {
  const { filename, address, uploadTime, sidecar, yanked, provenance } = entry;
  if (filename.length > MAX_FILENAME_CHARACTERS || filename.includes('..')) return null;
  if (!filename.endsWith('.whl') && !filename.endsWith('.tar.gz')) return null;
  if (address.length > MAX_URL_CHARACTERS || !plain.isOnLearnt(address)) return null;
  if (uploadTime !== null && !USUAL_TIME.test(uploadTime)) return null;
  if (provenance !== null && !plain.isSpelledOut(provenance)) return null;
  if (judgeName(filename, project) !== null) return null;
  return {
    filename,
    url: address,
    hashes: { sha256: entry.sha256 },
    requiresPython: entry.requiresPython,
    coreMetadata: sidecar === null ? false : { sha256: sidecar },
    gpgSig: entry.gpgSig,
    yanked: yanked === true ? '' : yanked,
    size: entry.size,
    uploadTime,
    provenance,
  };
}

/** The same in the words of the JSON form, for the rules that judge all entries. */
export function rawOf(entry: UsualEntry): RawEntry {
  const { sidecar } = entry;
  return {
    filename: entry.filename,
    address: entry.address,
    hashes: { sha256: entry.sha256 },
    requiresPython: entry.requiresPython,
    coreMetadata: sidecar === null ? false : { sha256: sidecar },
    gpgSig: entry.gpgSig,
    yanked: entry.yanked,
    size: entry.size,
    uploadTime: entry.uploadTime,
    provenance: entry.provenance,
    fault: null,
  };
}
