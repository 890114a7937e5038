// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parsePage } from '../index/index.ts';
import { entryCount } from './artifact-of.ts';

test('a page of wheels for others is not an empty one', () => {
  const files = ['good-1.0-py3-none-any.whl', 'good-1.0-py3-none-win32.whl'].map((filename) => ({
    filename,
    url: filename,
    hashes: filename.includes('win32') ? { sha256: 'a1'.repeat(32) } : {},
  }));
  const body = Buffer.from(JSON.stringify({ meta: { 'api-version': '1.4' }, name: 'good', files }));
  const source = {
    body,
    contentType: null,
    url: 'https://index.test/simple/good/',
    project: 'good',
  };
  const skip = { has: (filename: string) => filename.includes('win32') };
  expect(entryCount(parsePage({ ...source, skip }))).toBe(2);
  expect(entryCount(parsePage(source))).toBe(2);
});
