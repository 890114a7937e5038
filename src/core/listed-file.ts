// SPDX-License-Identifier: Apache-2.0
import type { ListedFile } from './artifact.ts';

/** An entry that says nothing of its file but a name and an address. */
export function bareListing(filename: string, url: string): ListedFile {
  return {
    filename,
    url,
    hashes: {},
    requiresPython: null,
    coreMetadata: false,
    gpgSig: null,
    yanked: false,
    size: null,
    uploadTime: null,
    provenance: null,
  };
}
