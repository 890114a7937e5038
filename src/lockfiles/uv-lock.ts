// SPDX-License-Identifier: Apache-2.0
import type { LockedFile, LockedPackage } from '../core/lockfile.ts';
import { DigestLines } from './digest-lines.ts';
import { emptyReading, invalid, textOf, withoutHash, type LockFormat } from './format.ts';
import { readLabelledHash } from './hashes.ts';
import { lastSegment } from './last-segment.ts';
import {
  addPackage,
  fileAt,
  indexOf,
  projectAt,
  partOf,
  subdirectoryIn,
  UNSAID,
  vcsPlace,
  versionOf,
  type Place,
} from './locked-package.ts';
import {
  optional,
  optionalText,
  own,
  parseToml,
  tables,
  textAt,
  within,
  type PlacedTable,
  type Table,
} from './tables.ts';
import { uvReach } from './uv-reach.ts';

/** uv.lock, version 1 with all its revisions (docs.astral.sh/uv; uv-resolver/src/lock). */
export const UV_LOCK: LockFormat = {
  name: 'uv.lock',
  recognises: (filename) => /(?:^uv(?:\..+)?|\.pyw?)\.lock$/u.test(filename),
  async read(asked, readText) {
    const text = await textOf(asked, readText);
    const lock = parseToml(text, asked.path);
    // A new version changes what is meant; a revision only adds.
    if (own(lock, 'version') !== 1) throw invalid(asked.path, 'expected version = 1');
    const lines = new DigestLines(text, asked.path);
    const reading = emptyReading();
    const entries = tables(own(lock, 'package'), `${asked.path}:package`);
    const reach = uvReach(lock, entries);
    for (const entry of entries) addPackage(readPackage(entry, lines, reach(entry)), reading);
    return reading;
  },
};

type Reach = Pick<LockedPackage, 'marker' | 'groups'>;

function readPackage(
  { table, where }: PlacedTable,
  lines: DigestLines,
  reach: Reach,
): LockedPackage {
  const source = within(table, 'source');
  const registry = optionalText(source, 'registry', where);
  const name = projectAt(textAt(table, 'name', where), where);
  const place = registry === null ? placeIn(source, where) : null;
  const isLocalIndex = registry !== null && !/^https?:/iu.test(registry);
  const files = [
    ...optional(own(table, 'sdist'), `${where}.sdist`),
    ...tables(own(table, 'wheels'), `${where}.wheels`),
  ];
  const hasDigest = registry === null ? place?.kind === 'remote' : !isLocalIndex;
  const read = files.flatMap((file) => readFile(file, place, lines) ?? []);
  if (hasDigest && (files.length === 0 || read.length < files.length)) {
    throw withoutHash(`${where} (${name})`, 'uv writes one for each file');
  }
  return {
    ...UNSAID,
    name,
    version: versionOf(optionalText(table, 'version', where)),
    files: read,
    index: isLocalIndex ? null : indexOf(registry),
    place: isLocalIndex ? { url: registry, kind: 'local' } : place,
    ...reach,
    where,
  };
}

const LOCAL = ['path', 'directory', 'editable', 'virtual'] as const;

function placeIn(source: Table, where: string): Place | null {
  const git = optionalText(source, 'git', where);
  if (git !== null) return vcsPlace({ type: 'git', ...gitParts(git) });
  const url = optionalText(source, 'url', where);
  const subdirectory = optionalText(source, 'subdirectory', where);
  if (url !== null) return partOf({ url, kind: 'remote' }, { subdirectory });
  const local = LOCAL.flatMap((key) => optionalText(source, key, where) ?? [])[0];
  return local === undefined ? null : { url: local, kind: 'local' };
}

/** `https://host/repository?subdirectory=part&rev=main#commit` */
function gitParts(address: string) {
  const [before = '', commit = ''] = address.split('#', 2);
  const [url = '', query = ''] = before.split('?', 2);
  return { url, revision: commit === '' ? null : commit, subdirectory: subdirectoryIn(query) };
}

/** `null`: it lies on this machine, and states no hash. */
function readFile(
  { table, where }: PlacedTable,
  place: Place | null,
  lines: DigestLines,
): LockedFile | null {
  const hash = own(table, 'hash') === '' ? null : optionalText(table, 'hash', where);
  if (hash === null) return null;
  const hashes = readLabelledHash(hash, where);
  const size = own(table, 'size');
  const line = lines.whereIs(hashes, where);
  const url = optionalText(table, 'url', where) ?? (place?.kind === 'remote' ? place.url : null);
  const path = optionalText(table, 'filename', where) ?? optionalText(table, 'path', where) ?? '';
  if (url === null && path === '') throw invalid(where, 'expected url or filename, found neither');
  const named = { filename: lastSegment(path), url: null, hashes, where: line };
  return {
    // A path of this machine may stand there, too.
    ...(url !== null && URL.canParse(url) ? fileAt(url, hashes, line) : named),
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
    uploadTime: optionalText(table, 'upload-time', where),
  };
}
