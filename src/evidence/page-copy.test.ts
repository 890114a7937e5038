// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { parsePage } from '../index/index.ts';
import { readPageCopy } from './page-copy.ts';

const url = 'https://index.test/simple/good/';
const LINUX = 'good-1.0-cp311-cp311-manylinux_2_17_x86_64.whl';
const MAC = 'good-1.0-cp311-cp311-macosx_11_0_arm64.whl';
const skip = { key: 'here', has: (filename: string) => filename.includes('macosx') };
const file = (filename: string, more: object = {}) => ({
  filename,
  url: `../../files/${filename}`,
  hashes: { sha256: 'a1'.repeat(32) },
  yanked: false,
  ...more,
});
const bodyOf = (...files: readonly object[]) =>
  Buffer.from(JSON.stringify({ meta: { 'api-version': '1.4' }, name: 'good', files }));
const pageOf = (...files: readonly object[]) =>
  parsePage({ body: bodyOf(...files), contentType: null, url, project: 'good', skip });
const copied = async (body: Buffer, skipped?: typeof skip) => {
  const copy = { index: 'https://index.test/simple/', project: 'good', url, inside: false };
  const raw = { body: gzipSync(body), gzip: true, contentType: null };
  return await readPageCopy({ ...copy, ...raw, readAt: 7, audience: '' }, () => false, skipped);
};

test('what need not be read is neither offered nor refused, and its word is kept', () => {
  const page = pageOf(file(LINUX), file(MAC, { yanked: 'broken' }));
  expect(page.files.map(({ filename }) => filename)).toEqual([LINUX]);
  expect(page.refused).toEqual([]);
  expect(page.skipped).toMatchObject([{ filename: MAC, sha256: 'a1'.repeat(32), yanked: true }]);
});

test('a copy holds it for those who can use it, and for nobody else', async () => {
  const body = bodyOf(file(LINUX), file(MAC));
  const namesIn = ({ page }: Awaited<ReturnType<typeof copied>>) =>
    page.files.map(({ filename }) => filename);
  expect(namesIn(await copied(body))).toEqual([LINUX, MAC]);
  expect(namesIn(await copied(body, skip))).toEqual([LINUX]);
  expect(await copied(body)).toMatchObject({ url, form: 'json', keptAt: 7 });
});

test('where nobody can use anything of it, its installer is told of everything', () => {
  const page = pageOf(file(MAC));
  expect(page.files.map(({ filename }) => filename)).toEqual([MAC]);
  expect(page.skipped).toBeUndefined();
});

test('in a copy it is judged as strictly as ever', async () => {
  const body = bodyOf(
    file(LINUX),
    file(MAC, { hashes: {} }),
    file(MAC.replace('1.0', '1.1'), { url: `https://files.test@evil.test/${MAC}` }),
    file(MAC.replace('1.0', '1.2'), { url: 'https://[' }),
  );
  const { files, refused } = (await copied(body)).page;
  expect(files.map(({ filename }) => filename)).toEqual([LINUX]);
  expect(refused.map(({ code }) => code)).toEqual([
    'WP-NO-STRONG-HASH',
    'WP-HOST-LOOKALIKE',
    'WP-HOST-LOOKALIKE',
  ]);
});
