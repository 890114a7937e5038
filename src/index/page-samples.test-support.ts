// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import type { IndexPage, ListedFile, ProjectStatus } from '../core/artifact.ts';
import { parsePage } from './index.ts';

export const PAGE_URL = 'https://index.example/simple/good/';
export const SHA256 = 'a1'.repeat(32);
export const WHEEL = 'good-1.0-py3-none-any.whl';

/** A JSON page of `good` with these files and whatever else is given. */
export function jsonPage(files: readonly unknown[], others: Record<string, unknown> = {}): string {
  return JSON.stringify({ meta: { 'api-version': '1.4' }, name: 'good', files, ...others });
}

export function jsonFile(others: Record<string, unknown> = {}): Record<string, unknown> {
  const url = `https://files.index.example/${WHEEL}`;
  return { filename: WHEEL, url, hashes: { sha256: SHA256 }, ...others };
}

export function parseText(
  text: string,
  project: string | null = 'good',
  url = PAGE_URL,
): IndexPage {
  return parsePage({ body: new TextEncoder().encode(text), contentType: null, url, project });
}

/** `filename: CODE` of each refused entry. */
export function refusals(page: IndexPage): readonly string[] {
  return page.refused.map(({ filename, code }) => `${filename}: ${code}`);
}

const text = fc.string({ unit: 'grapheme' }).map((value) => value.toWellFormed());
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...'0123456789abcdef'.split('')),
    minLength: length,
    maxLength: length,
  });

const fileFields = fc.record({
  sha256: hex(64),
  requiresPython: fc.option(text),
  sidecar: fc.oneof(fc.constant(null), fc.constant(''), hex(64)),
  gpgSig: fc.option(fc.boolean()),
  yanked: fc.oneof(fc.constant<false>(false), text),
  size: fc.option(fc.maxSafeNat()),
  hasProvenance: fc.boolean(),
  query: fc.constantFrom('', '?X-Amz-Credential=a%2Fb&X-Amz-Signature=00', '?a=%22%3C&b=%27'),
  local: fc.constantFrom('', '%2Bcu118'),
});

/** A file that every form can say in full. */
function listedFile(
  fields: typeof fileFields extends fc.Arbitrary<infer T> ? T : never,
  at: number,
): ListedFile {
  const { sha256, requiresPython, sidecar, gpgSig, yanked, size, query, local } = fields;
  const name = `good-${at}.0${local}-py3-none-any.whl`;
  const url = `https://files.index.example/${name}${query.replaceAll("'", '%27')}`;
  return {
    filename: decodeURIComponent(name),
    url,
    hashes: { sha256 },
    requiresPython,
    coreMetadata: sidecar === null ? false : sidecar === '' ? {} : { sha256: sidecar },
    gpgSig,
    yanked,
    size,
    uploadTime: size === null ? null : '2026-01-31T12:00:00.123456Z',
    provenance: fields.hasProvenance ? `https://index.example/integrity/${at}/provenance` : null,
  };
}

export interface SamplePage {
  readonly project: string | null;
  readonly status: ProjectStatus;
  readonly statusReason: string | null;
  readonly lastSerial: number | null;
  readonly files: readonly ListedFile[];
}

export const samplePage: fc.Arbitrary<SamplePage> = fc.record({
  project: fc.constantFrom('good', null),
  status: fc.constantFrom<ProjectStatus>('active', 'archived', 'quarantined', 'deprecated'),
  statusReason: fc.option(text),
  lastSerial: fc.option(fc.nat()),
  files: fc.array(fileFields, { maxLength: 5 }).map((all) => all.map(listedFile)),
});
