// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { needsWholeFile, select } from './selection.ts';

const ETAG = '"abc"';
const ask = (headers: Record<string, string>, method = 'GET') => ({ method, headers });

describe('select', () => {
  test.each([
    [{}, 200],
    [{ range: 'bytes=1-2' }, 206],
    [{ range: 'bytes=10-' }, 416],
    [{ range: 'bytes=1-2', 'if-range': ETAG }, 206],
    [{ range: 'bytes=1-2', 'if-range': '"other"' }, 200],
    [{ range: 'bytes=1-2', 'if-range': `W/${ETAG}` }, 200],
    [{ range: 'bytes=1-2', 'if-range': 'Tue, 15 Nov 1994 12:45:26 GMT' }, 200],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': `"x", W/${ETAG}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-match': ETAG }, 200],
    [{ 'if-modified-since': 'Tue, 15 Nov 2044 12:45:26 GMT' }, 200],
  ])('%j answers %d', (headers, status) => {
    expect(select(ask(headers), 10, ETAG).status).toBe(status);
  });

  test('HEAD never answers a part', () => {
    expect(select(ask({ range: 'bytes=1-2' }, 'HEAD'), 10, ETAG)).toEqual({
      status: 200,
      start: 0,
      end: 10,
    });
  });

  test('without a tag no If-Range holds', () => {
    expect(select(ask({ range: 'bytes=1-2', 'if-range': 'null' }), 10, null).status).toBe(200);
  });
});

test('only a plain GET can be answered while the file still comes', () => {
  expect(needsWholeFile(ask({}))).toBe(false);
  expect(needsWholeFile(ask({}, 'HEAD'))).toBe(true);
  expect(needsWholeFile(ask({ range: 'bytes=0-' }))).toBe(true);
  expect(needsWholeFile(ask({ 'if-none-match': ETAG }))).toBe(true);
});
