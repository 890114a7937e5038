// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from '../core/artifact.ts';
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { publicUrl } from '../core/url.ts';
import { DigestLines } from './digest-lines.ts';
import {
  emptyReading,
  invalid,
  textOf,
  withoutHash,
  type GrowingReading,
  type LockFormat,
} from './format.ts';
import { addHash, readHash } from './hashes.ts';
import { lastSegment } from './last-segment.ts';
import { addPackage, indexOf, projectAt, UNSAID, versionOf, type Place } from './locked-package.ts';
import { writePylock } from './pylock-writer.ts';
import {
  isTable,
  optional,
  optionalText,
  own,
  parseToml,
  tables,
  textAt,
  type PlacedTable,
  type Table,
} from './tables.ts';

/** pylock.toml (PEP 751; packaging.python.org/specifications/pylock-toml). */
export const PYLOCK: LockFormat = {
  name: 'pylock',
  recognises: (filename) => /^pylock\.(?:[^.]+\.)?toml$/u.test(filename),
  async read(asked, readText) {
    return readPylock(await textOf(asked, readText), asked.path);
  },
  write: (packages) => writePylock({ packages }),
};

function readPylock(text: string, file: string): GrowingReading {
  const lock = parseToml(text, file);
  const version = own(lock, 'lock-version');
  // A higher minor version only adds; a higher major one changes what is meant.
  if (typeof version !== 'string' || !/^1\.\d+$/u.test(version)) {
    const found = typeof version === 'string' ? safeText(version, 40) : 'none';
    throw invalid(file, `expected lock-version "1.0", found ${found}`);
  }
  const reading = emptyReading();
  const lines = new DigestLines(text, file);
  for (const entry of tables(own(lock, 'packages'), `${file}:packages`)) {
    readPackage(entry, lines, reading);
  }
  return reading;
}

function readPackage(
  { table, where }: PlacedTable,
  lines: DigestLines,
  reading: GrowingReading,
): void {
  const name = projectAt(textAt(table, 'name', where), where);
  const index = own(table, 'index');
  if (typeof index === 'string') reading.options.push({ name: '--index-url', value: index, where });
  const files = filesOf(table, where);
  for (const file of files) {
    if (own(file.table, 'url') !== undefined) continue;
    const url = textAt(file.table, 'path', file.where);
    reading.urls.push({ url, kind: 'local', where: file.where });
  }
  const locked: LockedPackage = {
    ...UNSAID,
    name,
    version: versionOf(optionalText(table, 'version', where)),
    files: files.map((file) => readFile(file, lines)),
    marker: optionalText(table, 'marker', where),
    requiresPython: optionalText(table, 'requires-python', where),
    index: typeof index === 'string' ? indexOf(index) : null,
    place: placeIn(table, where),
    identities: tables(own(table, 'attestation-identities'), where).map((one) => fields(one.table)),
    where,
  };
  addPackage(locked, reading);
}

function filesOf(table: Table, where: string): readonly PlacedTable[] {
  return [
    ...['sdist', 'archive'].flatMap((key) => optional(own(table, key), `${where}.${key}`)),
    ...tables(own(table, 'wheels'), `${where}.wheels`),
  ];
}

function readFile({ table, where }: PlacedTable, lines: DigestLines): LockedFile {
  const address = optionalText(table, 'url', where);
  if (address !== null && !URL.canParse(address))
    throw invalid(where, 'expected an address in url');
  const path = optionalText(table, 'path', where);
  if (address === null && path === null)
    throw invalid(where, 'expected url or path, found neither');
  const place = address === null ? (path ?? '') : new URL(address).pathname;
  const hashes = hashesIn(own(table, 'hashes'), where);
  const size = own(table, 'size');
  return {
    filename: optionalText(table, 'name', where) ?? lastSegment(place),
    url: address === null ? null : publicUrl(address),
    hashes,
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
    uploadTime: timeIn(own(table, 'upload-time')),
    where: lines.whereIs(hashes, where),
  };
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

function placeIn(table: Table, where: string): Place | null {
  for (const [key, kind] of [
    ['vcs', 'vcs'],
    ['directory', 'local'],
  ] as const) {
    for (const { table: at } of optional(own(table, key), `${where}.${key}`)) {
      const url = own(at, 'url') ?? own(at, 'path');
      const type = own(at, 'type');
      if (typeof url !== 'string') {
        throw invalid(`${where}.${key}`, 'expected url or path, found neither');
      }
      const scheme = typeof type === 'string' ? `${type}+` : '';
      const commit = own(at, 'commit-id');
      const revision = typeof commit === 'string' ? `@${commit}` : '';
      return { url: kind === 'vcs' ? `${scheme}${url}${revision}` : url, kind };
    }
  }
  return null;
}

function fields(table: Table): Readonly<Record<string, string>> {
  const texts = Object.entries(table).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
