// SPDX-License-Identifier: Apache-2.0
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { DigestLines } from './digest-lines.ts';
import { emptyReading, invalid, textOf, withoutHash, type LockFormat } from './format.ts';
import { readLabelledHash } from './hashes.ts';
import {
  addPackage,
  fileAt,
  fileNameAt,
  partOf,
  placeOf,
  projectAt,
  requireHashes,
  UNSAID,
  vcsPlace,
  versionOf,
  type Place,
} from './locked-package.ts';
import {
  optionalText,
  own,
  parseToml,
  tables,
  textAt,
  textsOf,
  within,
  type PlacedTable,
  type Table,
} from './tables.ts';

const VCS = ['git', 'hg', 'svn', 'bzr'] as const;

/** pdm.lock, lock_version 3 and 4 (pdm-project.org; pdm/project/lockfile). */
export const PDM: LockFormat = {
  name: 'pdm.lock',
  recognises: (filename) => /^pdm(?:\..+)?\.lock$/u.test(filename),
  async read(asked, readText) {
    const text = await textOf(asked, readText);
    const lock = parseToml(text, asked.path);
    const metadata = within(lock, 'metadata');
    const version = own(metadata, 'lock_version');
    if (typeof version !== 'string' || !/^[34](?:\.\d+)*$/u.test(version)) {
      const found = typeof version === 'string' ? safeText(version, 40) : 'none';
      throw invalid(asked.path, `expected lock_version "3" or "4", found ${found}`);
    }
    const lines = new DigestLines(text, asked.path);
    const reading = emptyReading();
    for (const entry of tables(own(lock, 'package'), `${asked.path}:package`)) {
      addPackage(readPackage(entry, metadata, lines), reading);
    }
    return reading;
  },
};

function readPackage(
  { table, where }: PlacedTable,
  metadata: Table,
  lines: DigestLines,
): LockedPackage {
  const stated = textAt(table, 'name', where);
  const version = optionalText(table, 'version', where);
  const place = placeIn(table, where);
  const before = own(within(metadata, 'files'), `${stated} ${version ?? ''}`);
  const files = tables(own(table, 'files') ?? before, `${where}.files`);
  const locked = {
    ...UNSAID,
    name: projectAt(stated, where),
    version: versionOf(version),
    files: files.map((file) => readFile(file, place, lines)),
    marker: optionalText(table, 'marker', where),
    requiresPython: optionalText(table, 'requires_python', where),
    place,
    groups: textsOf(own(table, 'groups')),
    where,
  };
  if (place === null || place.kind === 'remote')
    requireHashes(locked, 'pdm writes them into files');
  return locked;
}

function placeIn(table: Table, where: string): Place | null {
  const subdirectory = optionalText(table, 'subdirectory', where);
  for (const kind of VCS) {
    const url = optionalText(table, kind, where);
    const revision = optionalText(table, 'revision', where) ?? optionalText(table, 'ref', where);
    if (url !== null) return vcsPlace({ type: kind, url, revision, subdirectory });
  }
  const address = optionalText(table, 'url', where) ?? optionalText(table, 'path', where);
  return address === null ? null : partOf(placeOf(address), { subdirectory });
}

function readFile(
  { table, where }: PlacedTable,
  place: Place | null,
  lines: DigestLines,
): LockedFile {
  const hash = optionalText({ ...table, hash: own(table, 'hash') || null }, 'hash', where);
  if (hash === null) throw withoutHash(where, 'pdm writes one for each');
  const hashes = readLabelledHash(hash, where);
  const line = lines.whereIs(hashes, where);
  const url = optionalText(table, 'url', where) ?? (place?.kind === 'remote' ? place.url : null);
  const filename = fileNameAt(table, 'file', where);
  if (url === null && filename === null)
    throw invalid(where, 'expected file or url, found neither');
  const named =
    url === null
      ? { filename: filename ?? '', url: null, hashes, where: line }
      : fileAt(url, hashes, line);
  return { ...named, size: null, uploadTime: null };
}
