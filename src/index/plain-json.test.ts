// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_JSON_DEPTH } from '../core/limits.ts';
import { outlineJson } from './json-outline.ts';
import { parsePlainJson } from './plain-json.ts';

const plain = (text: string) => parsePlainJson(Buffer.from(text), 'files');

describe('a page that is said in one way', () => {
  test('is its own value', () => {
    expect(plain('{"a":1,"files":[{"b":"c"}]}')).toEqual({ a: 1, files: [{ b: 'c' }] });
  });

  test.each([
    ['a member twice', '{"files":[{"a":1,"a":1}]}'],
    ['a member twice, once quoted', '{"a":1,"\\u0061":1}'],
    ['space between tokens', '{"a": 1}'],
    ['a number that is rounded', '{"a":9007199254740993}'],
    ['a number that others are rounded to', '{"a":9007199254740992}'],
    ['a fraction that is rounded', '{"a":0.12345678901234567890}'],
    ['something behind it', '{"a":1} '],
    ['an array', '[1]'],
    ['no JSON', '{"a":}'],
    ['too deep', `{"a":${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}}`],
  ])('%s: is left to the strict pass', (_name, text) => {
    expect(plain(text)).toBeUndefined();
  });

  test('the strict pass finds nothing against it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.json({ maxDepth: 3 }), (first, second) => {
        const text = `{"a":${first},"files":[${second}]}`;
        fc.pre(plain(text) !== undefined);
        const { elements } = outlineJson(Buffer.from(text), 'files', 'the page');
        expect(elements?.map(({ fault }) => fault)).toEqual([null]);
      }),
    );
  });
});

test('what is nested deeper than the stack is left to the other reader', () => {
  const text = `{"files":[],"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(parsePlainJson(Buffer.from(text), 'files')).toBeUndefined();
});
