// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { generateDocs } from '../scripts/generate-docs.ts';
import { CODES } from '../src/core/codes.ts';
import { REFUSAL_CLASSES, WORST_FIRST } from '../src/core/refusal-class.ts';

const DOCS = path.join(import.meta.dirname, '..', 'docs');

test('generated pages and schemas are what the sources say', async () => {
  for (const [name, text] of generateDocs()) {
    expect(await readFile(path.join(DOCS, name), 'utf8'), name).toBe(text);
  }
});

test('each refusal code has its page, and each page its code', async () => {
  const pages = await readdir(path.join(DOCS, 'errors'));
  expect(pages.sort()).toEqual(
    ['README.md', ...Object.keys(CODES).map((code) => `${code}.md`)].sort(),
  );
});

test('each class has its place in the order of bad to less bad', () => {
  expect(WORST_FIRST.toSorted()).toEqual(Object.keys(REFUSAL_CLASSES).sort());
});
