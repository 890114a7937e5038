// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { normaliseName } from '../core/project-name.ts';
import { parsePage } from './index.ts';

/** Real pages, and what pypi-simple reads in them. */
const DATA = path.resolve(import.meta.dirname, '../../../shared/data/simple');
const EXPECTED = path.join(DATA, 'EXPECTED.json');

interface ExpectedFile {
  readonly filename: string;
  readonly url: string;
  readonly project: string;
  readonly version: string;
  readonly type: string | null;
  readonly digests: Record<string, string>;
  readonly requires_python: string | null;
  readonly has_sig: boolean | null;
  readonly is_yanked: boolean;
  readonly yanked_reason: string | null;
  readonly has_metadata: boolean | null;
  readonly size: number | null;
  readonly upload_time?: string | null;
  readonly provenance_url: string | null;
}

const isThere = existsSync(EXPECTED);
const expected: Record<string, ExpectedFile[]> = isThere
  ? JSON.parse(readFileSync(EXPECTED, 'utf8'))
  : {};

test.runIf(process.env['CI'] !== undefined)('the pages are there', () => {
  expect(isThere).toBe(true);
});

function fileOf(page: string): string {
  const folders = [path.join(DATA, 'pypi-simple'), path.join(DATA, 'pip')];
  const names = [page, page.replaceAll(' ', '_')];
  const candidates = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return candidates.find((candidate) => existsSync(candidate)) ?? page;
}

/** The one file among them whose version is none: its name cannot be judged, so it is left out. */
const UNREADABLE = 'invalid_version-2010i-py3-none-any.whl';

describe.skipIf(!isThere)('real index pages', () => {
  test.each(Object.entries(expected))('%s', (name, files) => {
    const page = parsePage({
      body: readFileSync(fileOf(name)),
      contentType: null,
      url: 'https://index.example/simple/proj/',
      project: null,
    });
    const distributions = files.filter(({ type }) => type !== null);
    const readable = distributions.filter(({ filename }) => filename !== UNREADABLE);
    const refusedOnly = page.refused.filter(({ file }) => file === null);
    expect(refusedOnly.map(({ filename }) => filename)).toEqual(
      distributions.length === readable.length ? [] : [UNREADABLE],
    );
    const admissible = page.refused.flatMap(({ file }) => (file === null ? [] : [file]));
    const found = [...page.files, ...admissible].map((file) => {
      const named = parseDistributionFilename(file.filename, page.project);
      return { ...file, project: named?.project, version: named?.version, type: named?.kind };
    });
    expect(found).toHaveLength(readable.length);
    for (const [index, file] of readable.entries()) {
      expect(found[index]).toMatchObject({
        filename: file.filename,
        url: file.url,
        project: normaliseName(file.project),
        version: file.version,
        type: file.type,
        hashes: file.digests,
        requiresPython: file.requires_python,
        gpgSig: file.has_sig,
        yanked: file.is_yanked ? (file.yanked_reason ?? '') : false,
        coreMetadata: file.has_metadata === true ? {} : false,
        size: file.size,
        provenance: file.provenance_url,
      });
    }
  });
});
