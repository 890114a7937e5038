// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { LockedFile } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { publicUrl } from '../core/url.ts';
import { compareVersions } from '../core/version.ts';
import type { DigestLines } from './digest-lines.ts';
import { invalid, withoutHash } from './format.ts';
import { addHash, readHash } from './hashes.ts';
import { lastSegment } from './last-segment.ts';
import { partOf, vcsPlace, type Place } from './locked-package.ts';
import {
  isTable,
  optional,
  optionalText,
  own,
  tables,
  textAt,
  type PlacedTable,
  type Table,
} from './tables.ts';

const DIRECT = ['vcs', 'directory', 'archive'] as const;

/**
 * That a package comes from one kind of place (PEP 751, "Installation"): pip and uv refuse others,
 * and would not have to take the same one.
 * @throws Refusal `WP-LOCKFILE-INVALID`; `WP-LOCK-NO-HASH` where there is none at all
 */
export function verifySources(table: Table, where: string): void {
  const wheels = own(table, 'wheels');
  const listed = [
    ...(own(table, 'sdist') === undefined ? [] : ['sdist']),
    ...(wheels === undefined || (Array.isArray(wheels) && wheels.length === 0) ? [] : ['wheels']),
  ];
  const direct = DIRECT.filter((key) => own(table, key) !== undefined);
  if (listed.length + direct.length === 0) {
    throw withoutHash(where, 'it has no sdist, wheels, archive, vcs or directory');
  }
  if (direct.length === 0 || (direct.length === 1 && listed.length === 0)) return;
  const found = [...direct, ...listed].join(' and ');
  throw invalid(where, `expected one source of the package, found ${found}`);
}

interface OfPackage {
  readonly name: string;
  readonly version: string | null;
  readonly lines: DigestLines;
}

/** The files of a package, and which of them may be taken from this machine. */
export function filesIn(
  { table, where }: PlacedTable,
  told: OfPackage,
): { readonly files: readonly LockedFile[]; readonly local: readonly string[] } {
  const archives = optional(own(table, 'archive'), `${where}.archive`);
  const sdists = optional(own(table, 'sdist'), `${where}.sdist`);
  const wheels = tables(own(table, 'wheels'), `${where}.wheels`);
  const local = [
    // An archive that has a path alone is a place by itself.
    ...archives.filter((file) => own(file.table, 'url') !== undefined),
    ...sdists,
    ...wheels,
  ].flatMap((file) => optionalText(file.table, 'path', file.where) ?? []);
  const files = [
    ...archives.map((file) => readFile(file, null, told.lines)),
    ...sdists.map((file) => readDistribution(file, told)),
    ...wheels.map((file) => {
      const read = readDistribution(file, told);
      if (parseDistributionFilename(read.filename, told.name)?.kind === 'wheel') return read;
      throw invalid(file.where, `expected the name of a wheel, found ${shown(read.filename)}`);
    }),
  ];
  return { files, local };
}

/** uv takes a file for what its own name says, pip for what its package is called. */
function readDistribution(file: PlacedTable, { name, version, lines }: OfPackage): LockedFile {
  const read = readFile(file, optionalText(file.table, 'name', file.where), lines);
  const parsed = parseDistributionFilename(read.filename, name);
  const isSame =
    parsed === null || // source archives have had every name
    (parsed.project === name &&
      (version === null || compareVersions(parsed.version, version) === 0));
  if (isSame) return read;
  throw invalid(
    file.where,
    `expected a file of ${name} ${version ?? ''}, found ${shown(read.filename)}`,
  );
}

const shown = (filename: string): string => safeText(filename, 200) || 'nothing';

function readFile(
  { table, where }: PlacedTable,
  name: string | null,
  lines: DigestLines,
): LockedFile {
  const { address, path } = whence(table, where);
  // By path first, as pip and uv; but uv takes the file itself from the address where both are there.
  const names = [
    ...(path === null ? [] : [path.split(/[/\\]/u).at(-1) ?? '']),
    ...(address === null ? [] : [lastSegment(new URL(address).pathname)]),
  ];
  const filename = name ?? names[0] ?? '';
  if (name === null && names.some((one) => one !== filename)) {
    throw invalid(where, 'its path and its url name two files; say which in name');
  }
  const hashes = hashesIn(own(table, 'hashes'), where);
  const size = own(table, 'size');
  return {
    filename,
    url: address === null ? null : publicUrl(address),
    hashes,
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
    uploadTime: timeIn(own(table, 'upload-time')),
    where: lines.whereIs(hashes, where),
  };
}

interface Whence {
  readonly address: string | null;
  readonly path: string | null;
}

function whence(table: Table, where: string): Whence {
  const address = optionalText(table, 'url', where);
  if (address !== null && !URL.canParse(address))
    throw invalid(where, 'expected an address in url');
  const path = optionalText(table, 'path', where);
  if (address === null && path === null)
    throw invalid(where, 'expected url or path, found neither');
  return { address, path };
}

function timeIn(value: unknown): string | null {
  const time = value instanceof Date || typeof value === 'string' ? new Date(value) : null;
  return time === null || Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function hashesIn(value: unknown, where: string): Hashes {
  const hashes: Record<string, string> = {};
  for (const [algorithm, hex] of Object.entries(isTable(value) ? value : {})) {
    if (typeof hex !== 'string') throw invalid(where, 'expected text as a hash');
    addHash(hashes, readHash(algorithm, hex, where), where);
  }
  if (Object.keys(hashes).length === 0) throw withoutHash(where, 'PEP 751 demands one');
  return hashes;
}

/** Where a package comes from instead of an index. @throws Refusal `WP-LOCKFILE-INVALID` */
export function placeIn(table: Table, where: string): Place | null {
  for (const found of optional(own(table, 'vcs'), `${where}.vcs`)) return repositoryIn(found);
  for (const found of optional(own(table, 'directory'), `${where}.directory`)) {
    return { url: textAt(found.table, 'path', found.where), kind: 'local' };
  }
  for (const found of optional(own(table, 'archive'), `${where}.archive`)) {
    const { address, path } = whence(found.table, found.where);
    if (address === null) return { url: path ?? '', kind: 'local' };
    const subdirectory = optionalText(found.table, 'subdirectory', found.where);
    return partOf({ url: address, kind: 'remote' }, { subdirectory });
  }
  return null;
}

function repositoryIn({ table, where }: PlacedTable): Place {
  const { address, path } = whence(table, where);
  const type = textAt(table, 'type', where);
  const commit = textAt(table, 'commit-id', where);
  if (path === null) {
    const subdirectory = optionalText(table, 'subdirectory', where);
    return vcsPlace({ type, url: address ?? '', revision: commit, subdirectory });
  }
  if (address === null) return { url: path, kind: 'local' };
  throw invalid(where, 'expected url or path, found both: pip takes one and uv the other');
}
