// SPDX-License-Identifier: Apache-2.0
import type { LockScope, PinReading } from '../core/lockfile.ts';
import { safeText } from '../core/safe-text.ts';
import { DigestLines } from './digest-lines.ts';
import { emptyReading, invalid, textOf, type GrowingReading, type LockFormat } from './format.ts';
import { addPackage, indexOf, projectAt, UNSAID, versionOf } from './locked-package.ts';
import { filesIn, placeIn, verifySources } from './pylock-sources.ts';
import { writePylock } from './pylock-writer.ts';
import {
  optionalText,
  own,
  parseToml,
  tables,
  textAt,
  textsOf,
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

function readPylock(text: string, file: string): PinReading {
  const lock = parseToml(text, file);
  const version = own(lock, 'lock-version');
  // A higher minor version only adds; a higher major one changes what is meant.
  if (typeof version !== 'string' || !/^1\.\d+$/u.test(version)) {
    const found = typeof version === 'string' ? safeText(version, 40) : 'none';
    throw invalid(file, `expected lock-version "1.0", found ${found}`);
  }
  textAt(lock, 'created-by', file);
  if (own(lock, 'packages') === undefined) throw invalid(file, 'expected packages, found none');
  const reading = emptyReading();
  const lines = new DigestLines(text, file);
  for (const entry of tables(own(lock, 'packages'), `${file}:packages`)) {
    readPackage(entry, lines, reading);
  }
  return { ...reading, scope: scopeOf(lock, file) };
}

function scopeOf(lock: Table, file: string): LockScope {
  return {
    requiresPython: optionalText(lock, 'requires-python', file),
    environments: textsOf(own(lock, 'environments')),
    defaultGroups: textsOf(own(lock, 'default-groups')),
  };
}

function readPackage(
  { table, where }: PlacedTable,
  lines: DigestLines,
  reading: GrowingReading,
): void {
  const name = projectAt(textAt(table, 'name', where), where);
  const version = versionOf(optionalText(table, 'version', where));
  verifySources(table, where);
  const index = optionalText(table, 'index', where);
  if (index !== null) reading.options.push({ name: '--index-url', value: index, where });
  const { files, local } = filesIn({ table, where }, { name, version, lines });
  for (const url of local) reading.urls.push({ url, kind: 'local', where });
  addPackage(
    {
      ...UNSAID,
      name,
      version,
      files,
      marker: optionalText(table, 'marker', where),
      requiresPython: optionalText(table, 'requires-python', where),
      index: indexOf(index),
      place: placeIn(table, where),
      identities: tables(
        own(table, 'attestation-identities'),
        `${where}.attestation-identities`,
      ).map((one) => identityOf(one)),
      where,
    },
    reading,
  );
}

function identityOf({ table, where }: PlacedTable): Readonly<Record<string, string>> {
  textAt(table, 'kind', where);
  const texts = Object.entries(table).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
