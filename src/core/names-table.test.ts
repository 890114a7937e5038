// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDistributionFilename } from './distribution-filename.ts';
import { isProjectName, normaliseName } from './project-name.ts';
import { compareVersions, isSpecifier, normaliseVersion, satisfies } from './version.ts';

/** The tables of packaging's own tests. */
const FILE = path.resolve(import.meta.dirname, '../../../shared/data/names/packaging-26.3.json');

type Row = Readonly<Record<string, string>>;

const isThere = existsSync(FILE);
const tables: Record<string, Row[]> = isThere ? JSON.parse(readFileSync(FILE, 'utf8')) : {};

function rows(name: string): readonly Row[] {
  const found = tables[name] ?? [];
  expect(found.length, `rows of ${name}`).toBeGreaterThan(1);
  return found;
}

const text = (row: Row, column: string): string => row[column] ?? 'no such column';

test.runIf(process.env['CI'] !== undefined)('the tables are there', () => {
  expect(isThere).toBe(true);
});

describe.skipIf(!isThere)("packaging's own tables", () => {
  test('names', () => {
    for (const row of rows('test_utils.py::test_canonicalize_name')) {
      expect(normaliseName(text(row, 'name'))).toBe(row['expected']);
      expect(isProjectName(text(row, 'name'))).toBe(true);
    }
    for (const row of rows('test_utils.py::test_canonicalize_name_invalid')) {
      expect(normaliseName(text(row, 'name'))).toBe(row['expected']);
      expect(isProjectName(text(row, 'name'))).toBe(false);
    }
  });

  test('versions, in their order', () => {
    const versions = rows('test_version.py::test_valid_versions').map((row) =>
      text(row, 'version'),
    );
    for (const [index, left] of versions.entries()) {
      for (const [other, right] of versions.entries()) {
        expect(Math.sign(compareVersions(left, right)), `${left} ${right}`).toBe(
          Math.sign(index - other),
        );
      }
    }
  });

  test('spellings of versions', () => {
    for (const row of rows('test_version.py::test_normalized_versions')) {
      expect(normaliseVersion(text(row, 'version'))).toBe(row['normalized']);
    }
    for (const row of rows('test_version.py::test_invalid_versions')) {
      expect(normaliseVersion(text(row, 'version')), row['version']).toBeNull();
    }
  });

  test('public and local parts', () => {
    for (const row of rows('test_version.py::test_version_public')) {
      const version = text(row, 'version');
      expect(normaliseVersion(version)?.split('+')[0]).toBe(row['public']);
      expect(satisfies(version, `==${text(row, 'public')}`)).toBe(true);
    }
  });

  test('specifiers', () => {
    for (const row of rows('test_specifiers.py::test_specifiers_valid')) {
      expect(isSpecifier(text(row, 'specifier'))).toBe(true);
    }
    for (const row of rows('test_specifiers.py::test_specifiers_normalized')) {
      const version = text(row, 'version');
      const operators = version.includes('+')
        ? ['==', '!=']
        : ['~=', '==', '!=', '<=', '>=', '<', '>'];
      for (const operator of operators) expect(isSpecifier(operator + version)).toBe(true);
    }
  });

  test('file names', () => {
    for (const kind of ['wheel', 'sdist']) {
      for (const row of rows(`test_utils.py::test_parse_${kind}_filename`)) {
        const found = parseDistributionFilename(text(row, 'filename'));
        expect(found).toMatchObject({ kind, project: row['name'], version: row['version'] });
      }
      for (const row of rows(`test_utils.py::test_parse_${kind}_invalid_filename`)) {
        expect(parseDistributionFilename(text(row, 'filename')), row['filename']).toBeNull();
      }
    }
  });
});
