// SPDX-License-Identifier: Apache-2.0
import type { Hashes, ListedFile, RefusedEntry } from '../core/artifact.ts';

export interface Listing {
  readonly files: readonly ListedFile[];
  readonly refused: readonly RefusedEntry[];
}

/**
 * One file name, one file: entries that say the same become one; where two say different things
 * of the bytes, every entry of that name is refused (attack A14).
 */
export function settleRepeats({ files, refused }: Listing): Listing {
  const readable = refused.flatMap(({ file }) => (file === null ? [] : [file]));
  const all = readable.length === 0 ? files : [...files, ...readable];
  if (new Set(all.map(({ filename }) => filename)).size === all.length) return { files, refused };
  const byName = Map.groupBy(all, ({ filename }) => filename);
  const kept = new Set<ListedFile>();
  const conflicts: RefusedEntry[] = [];
  for (const group of byName.values()) {
    const [first] = group;
    if (first !== undefined && saysOneThing(group)) kept.add(first);
    else conflicts.push(...group.map((file) => conflict(file, group)));
  }
  return {
    files: files.filter((file) => kept.has(file)),
    refused: [...refused.filter(({ file }) => file === null || kept.has(file)), ...conflicts],
  };
}

/** All entries of one name agree with all before them by at least one hash, or say nothing from one place. */
function saysOneThing(group: readonly ListedFile[]): boolean {
  const known: Record<string, string> = {};
  const [first] = group;
  for (const [index, { hashes, url }] of group.entries()) {
    const names = Object.keys(hashes);
    if (names.some((name) => (known[name] ?? hashes[name]) !== hashes[name])) return false;
    const isSilent = names.length === 0 && Object.keys(known).length === 0;
    const isSame = isSilent ? url === first?.url : names.some((name) => known[name] !== undefined);
    if (index > 0 && !isSame) return false;
    Object.assign(known, hashes);
  }
  return true;
}

function conflict(file: ListedFile, group: readonly ListedFile[]): RefusedEntry {
  const found = [...new Set(group.map(({ hashes }) => describe(hashes)))].slice(0, 4).join(' and ');
  return {
    filename: file.filename,
    url: file.url,
    code: 'WP-LISTING-CONFLICT',
    message: `${file.filename} is listed ${group.length} times, not always with the same hash: found ${found}`,
    file: null,
  };
}

function describe(hashes: Hashes): string {
  const { sha256 } = hashes;
  if (sha256 !== undefined) return `sha256 ${sha256}`;
  const [first] = Object.entries(hashes);
  return first === undefined ? 'no hash' : first.join(' ');
}
