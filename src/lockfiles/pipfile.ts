// SPDX-License-Identifier: Apache-2.0
import type { LockedPackage } from '../core/lockfile.ts';
import { emptyReading, invalid, textOf, type LockFormat } from './format.ts';
import { readLabelledHash } from './hashes.ts';
import {
  addPackage,
  indexOf,
  partOf,
  placeOf,
  projectAt,
  requireHashes,
  UNSAID,
  vcsPlace,
  versionOf,
  type Place,
} from './locked-package.ts';
import { exactVersion } from './requirement.ts';
import {
  isTable,
  optionalText,
  own,
  parseJson,
  tables,
  textsOf,
  within,
  type Table,
} from './tables.ts';

const VCS = ['git', 'hg', 'svn', 'bzr'] as const;

/** Pipfile.lock, `pipfile-spec` 6 (pipenv.pypa.io; github.com/pypa/pipfile). */
export const PIPFILE: LockFormat = {
  name: 'Pipfile.lock',
  recognises: (filename) => /^Pipfile(?:\..+)?\.lock$/u.test(filename),
  async read(asked, readText) {
    const lock = parseJson(await textOf(asked, readText), asked.path);
    const meta = own(lock, '_meta');
    if (!isTable(meta)) throw invalid(asked.path, 'expected the table _meta, found none');
    const indexes = new Map(
      tables(own(meta, 'sources'), `${asked.path}:_meta.sources`).map(({ table, where }) => [
        optionalText(table, 'name', where) ?? '',
        optionalText(table, 'url', where) ?? '',
      ]),
    );
    const reading = emptyReading();
    for (const group of Object.keys(lock).filter((key) => key !== '_meta')) {
      for (const [name, entry] of Object.entries(within(lock, group))) {
        const where = `${asked.path}:${group}.${name}`;
        if (!isTable(entry)) throw invalid(where, 'expected a table');
        addPackage(readPackage(entry, { name, group, where, indexes }), reading);
      }
    }
    return reading;
  },
};

interface Told {
  readonly name: string;
  /** `default`, `develop`, or a category of the project's own. */
  readonly group: string;
  readonly where: string;
  readonly indexes: ReadonlyMap<string, string>;
}

function readPackage(table: Table, { name, group, where, indexes }: Told): LockedPackage {
  const place = placeIn(table, where);
  const version = optionalText(table, 'version', where);
  const index = indexes.get(optionalText(table, 'index', where) ?? '') ?? null;
  const locked = {
    ...UNSAID,
    name: projectAt(name, where),
    version: version === null ? null : (exactVersion(version) ?? versionOf(version)),
    hashes: hashesIn(table, where),
    marker: optionalText(table, 'markers', where),
    index: indexOf(index),
    place,
    groups: [group],
    where,
  };
  if (place === null) requireHashes(locked, 'pipenv writes them into hashes');
  return locked;
}

function hashesIn(table: Table, where: string): LockedPackage['hashes'] {
  const stated = own(table, 'hashes') ?? [];
  const texts = textsOf(stated);
  if (!Array.isArray(stated) || texts.length < stated.length) {
    throw invalid(where, 'expected a list of texts as hashes');
  }
  return texts.map((hash) => readLabelledHash(hash, where));
}

function placeIn(table: Table, where: string): Place | null {
  const subdirectory = optionalText(table, 'subdirectory', where);
  for (const kind of VCS) {
    const url = optionalText(table, kind, where);
    const revision = optionalText(table, 'ref', where);
    if (url !== null) return vcsPlace({ type: kind, url, revision, subdirectory });
  }
  const address = optionalText(table, 'file', where) ?? optionalText(table, 'path', where);
  return address === null ? null : partOf(placeOf(address), { subdirectory });
}
