// SPDX-License-Identifier: Apache-2.0
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { DigestLines } from './digest-lines.ts';
import { emptyReading, invalid, textOf, withoutHash, type LockFormat } from './format.ts';
import { readHash, readLabelledHash } from './hashes.ts';
import {
  addPackage,
  fileNameAt,
  indexOf,
  partOf,
  placeOf,
  projectAt,
  UNSAID,
  vcsPlace,
  versionOf,
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

/** Kinds of source without a digest to state; what Poetry does not know, it takes from an index. */
const NO_DIGEST: ReadonlySet<string> = new Set(['git', 'directory']);

/** poetry.lock, lock-versions 1.0 to 2.1 (python-poetry.org; poetry/packages/locker.py). */
export const POETRY: LockFormat = {
  name: 'poetry.lock',
  recognises: (filename) => /^poetry(?:\..+)?\.lock$/u.test(filename),
  async read(asked, readText) {
    const text = await textOf(asked, readText);
    const lock = parseToml(text, asked.path);
    const metadata = within(lock, 'metadata');
    verifyVersion(metadata, asked.path);
    const lines = new DigestLines(text, asked.path);
    const reading = emptyReading();
    for (const entry of tables(own(lock, 'package'), `${asked.path}:package`)) {
      addPackage(readPackage(entry, metadata, lines), reading);
    }
    return reading;
  },
};

function verifyVersion(metadata: Table, file: string): void {
  const version = own(metadata, 'lock-version');
  // Before 1.0 the key was not there.
  if (version === undefined && own(metadata, 'content-hash') !== undefined) return;
  if (typeof version === 'string' && /^[012]\.\d+$/u.test(version)) return;
  const found = typeof version === 'string' ? safeText(version, 40) : 'none';
  throw invalid(file, `expected lock-version "1.x" or "2.x", found ${found}`);
}

function readPackage(
  { table, where }: PlacedTable,
  metadata: Table,
  lines: DigestLines,
): LockedPackage {
  const stated = textAt(table, 'name', where);
  const name = projectAt(stated, where);
  const source = within(table, 'source');
  const type = optionalText(source, 'type', where) ?? '';
  const address = optionalText(source, 'url', where) ?? '';
  const isIndexed = type === '' || type === 'legacy';
  const files = filesOf(table, metadata, { stated, where }).map((file) =>
    readFile(file, type === 'url' ? address : null, lines),
  );
  // Without a name of its own, a hash is that of some file of the release.
  const named = files.filter(({ filename, url }) => filename !== '' || url !== null);
  const bare = files.filter((file) => !named.includes(file));
  if (files.length === 0 && !NO_DIGEST.has(type)) {
    throw withoutHash(`${where} (${name})`, 'poetry writes them into files');
  }
  const subdirectory = optionalText(source, 'subdirectory', where);
  const revision = optionalText(source, 'resolved_reference', where);
  return {
    ...UNSAID,
    name,
    version: versionOf(textAt(table, 'version', where)),
    files: named,
    hashes: bare.map(({ hashes }) => hashes),
    marker: markersOf(own(table, 'markers')),
    requiresPython: optionalText(table, 'python-versions', where),
    index: type === 'legacy' ? indexOf(address) : null,
    place: isIndexed
      ? null
      : ['git', 'hg', 'svn'].includes(type)
        ? vcsPlace({ type, url: address, revision, subdirectory })
        : partOf(placeOf(address), { subdirectory }),
    groups: groupsOf(table),
    where,
  };
}

/** Since 2.1; before, `category` said as much. */
function groupsOf(table: Table): readonly string[] {
  const groups = textsOf(own(table, 'groups'));
  const category = own(table, 'category');
  return groups.length > 0 || typeof category !== 'string' ? groups : [category];
}

/** One marker for all groups, or one for each. */
function markersOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const each = Object.values(typeof value === 'object' && value !== null ? value : {});
  const texts = each.filter((one) => typeof one === 'string');
  return texts.length === 0 ? null : texts.map((text) => `(${text})`).join(' or ');
}

/** Beside the package since lock-version 2.0; before, in one table for all. */
function filesOf(
  table: Table,
  metadata: Table,
  { stated, where }: { readonly stated: string; readonly where: string },
): readonly PlacedTable[] {
  const own1 = own(table, 'files');
  if (own1 !== undefined) return tables(own1, `${where}.files`);
  // Where both are there, Poetry takes these.
  const isOldest = own(metadata, 'hashes') !== undefined;
  const before = isOldest ? undefined : own(within(metadata, 'files'), stated);
  if (before !== undefined) return tables(before, `${where}.files`);
  const bare = textsOf(own(within(metadata, 'hashes'), stated));
  return bare.map((hash) => ({ table: { hash }, where: `${where}.hashes` }));
}

function readFile(
  { table, where }: PlacedTable,
  url: string | null,
  lines: DigestLines,
): LockedFile {
  const hash = own(table, 'hash');
  if (hash === undefined || hash === '') throw withoutHash(where, 'poetry writes one for each');
  if (typeof hash !== 'string') throw invalid(where, 'expected text as hash');
  const hashes = hash.includes(':')
    ? readLabelledHash(hash, where)
    : readHash('sha256', hash, where);
  return {
    filename: fileNameAt(table, 'file', where) ?? '',
    url,
    hashes,
    size: null,
    uploadTime: null,
    where: lines.whereIs(hashes, where),
  };
}
