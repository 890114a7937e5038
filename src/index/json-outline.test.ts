// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { MAX_JSON_DEPTH, MAX_PAGE_ENTRIES } from '../core/limits.ts';
import { parsePage } from './index.ts';
import { outlineJson } from './json-outline.ts';
import {
  jsonFile,
  jsonPage,
  PAGE_URL,
  parseText,
  refusals,
  SHA256,
  WHEEL,
} from './page-samples.test-support.ts';

const MALFORMED = expect.objectContaining({ code: 'WP-PAGE-MALFORMED' });
const outline = (text: string) => outlineJson(new TextEncoder().encode(text), 'files', 'the page');

describe('malformed JSON', () => {
  test.each([
    '',
    ' ',
    '[]',
    '"a"',
    'null',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{"a":[1,]}',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '{"a":1}x',
    '{"a":1}{}',
    '\ufeff{"a":1}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":-}',
    '{"a":0x10}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":tru}',
    '{"a":nulls}',
    '{"a":"\\x"}',
    '{"a":"\\u00g0"}',
    '{"a":"\\u00"}',
    '{"a":"\n"}',
    '{"a":"b}',
    '{"a":"\\"}',
    '{"a":/**/1}',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"\\u00e9":1,"é":2}',
    '{"x":{"a":1,"a":2}}',
    '{"a":9007199254740993}',
    '{"a":1e999}',
    '{"a":0.12345678901234567890}',
    `{"a":${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}}`,
    `{"a":${'['.repeat(100_000)}`,
    '{"a":'.repeat(100_000),
  ])('%.40j', (text) => {
    expect(() => outline(text)).toThrow(MALFORMED);
  });

  test.each([
    '{}',
    ' {"a" : [ 1 , -0.5e-3 , "\\ud83d\\ude00\\"" , true, false, null, {} ] }\n',
    '{"a":1,"A":1,"é":2,"":3}',
    '{"a":9007199254740991,"b":[{"a":1},{"a":2}]}',
    `{"a":${'['.repeat(MAX_JSON_DEPTH - 1)}${']'.repeat(MAX_JSON_DEPTH - 1)}}`,
  ])('well-formed: %.60j', (text) => {
    const { members } = outline(text);
    const bytes = Buffer.from(text);
    const read = Object.fromEntries(
      [...members].map(([key, { start, end }]) => [
        key,
        JSON.parse(bytes.toString('utf8', start, end)),
      ]),
    );
    expect(read).toEqual(JSON.parse(text));
  });

  test('is UTF-8, or no page', () => {
    const start = Buffer.from('{"files":[],"a":"');
    const parse = (byte: number) =>
      parsePage({
        body: Buffer.concat([start, Buffer.of(byte), Buffer.from('"}')]),
        contentType: 'application/json',
        url: PAGE_URL,
        project: 'good',
      });
    expect(() => parse(0xff)).toThrow(MALFORMED);
    expect(parse(0x41).files).toEqual([]);
  });
});

describe('a second meaning in one entry', () => {
  const raw = (fields: string): string =>
    `{"filename":"${WHEEL}","url":"${WHEEL}","hashes":{"sha256":"${SHA256}"}${fields}}`;
  const sound = JSON.stringify(jsonFile({ filename: 'good-9.0.zip', url: 'good-9.0.zip' }));

  test.each([
    [',"filename":"good-2.0.zip"', 'WP-ENTRY-MALFORMED'],
    [`,"hashes":{"sha256":"${SHA256}"}`, 'WP-ENTRY-MALFORMED'],
    [',"\\u0075rl":"x.zip"', 'WP-ENTRY-MALFORMED'],
    [',"x":{"a":1,"a":2}', 'WP-ENTRY-MALFORMED'],
    [',"x":9007199254740993', 'WP-ENTRY-MALFORMED'],
    [',"size":9007199254740993', 'WP-SIZE-MALFORMED'],
    [',"size":1e400', 'WP-SIZE-MALFORMED'],
  ])('%s refuses that entry alone', (fields, code) => {
    const page = parseText(`{"name":"good","files":[${raw(fields)},${sound}]}`);
    expect(page.refused.map((entry) => entry.code)).toEqual([code]);
    expect(page.files.map(({ filename }) => filename)).toEqual(['good-9.0.zip']);
  });

  test('and beside the entries the page', () => {
    expect(() => parseText(`{"files":[],"files":[${sound}]}`)).toThrow(MALFORMED);
    expect(() =>
      parseText('{"files":[],"meta":{"api-version":"1.0","api-version":"2.0"}}'),
    ).toThrow(MALFORMED);
  });
});

test('keys of every object are harmless', () => {
  const page = parseText(
    `{"__proto__":{"files":1},"constructor":1,"name":"good","files":[{"__proto__":{"yanked":true},"hashes":{"__proto__":"00","sha256":"${SHA256}"},"filename":"${WHEEL}","url":"${WHEEL}"}]}`,
  );
  expect(refusals(page)).toEqual([]);
  expect(page.files[0]?.yanked).toBe(false);
  expect(page.files[0]?.hashes).toEqual({ sha256: SHA256 });
  expect({}).not.toHaveProperty('yanked');
});

test.each([
  '{}',
  '{"files":{}}',
  '{"files":null}',
  '{"files":[],"meta":[]}',
  '{"files":[],"meta":1}',
])('the page %s is no page', (text) => {
  expect(() => parseText(text)).toThrow(MALFORMED);
});

test('more entries than are allowed', () => {
  const text = `{"files":[${'0,'.repeat(MAX_PAGE_ENTRIES)}0]}`;
  expect(() => parseText(text)).toThrow(expect.objectContaining({ code: 'WP-LIMIT-SIZE' }));
});

test('unknown keys are passed over', () => {
  const page = parseText(
    jsonPage([jsonFile({ _private: [1, { a: null }], future: {} })], { future: 1.5 }),
  );
  expect(page.files).toHaveLength(1);
});
