// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { readStrictJson } from './strict-json.ts';

const read = (text: string | Uint8Array, plain = false) =>
  readStrictJson(Buffer.from(text), plain ? { plain } : {});

describe('strict JSON', () => {
  test.each([
    ['a member twice', '{"a":1,"a":2}', /a member twice/u],
    ['a member twice, spelled otherwise', '[{"a":1,"\\u0061":2}]', /a member twice/u],
    ['a byte-order mark', '\u{feff}{}', /JSON/u],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/u],
    ['more levels than the bound', '['.repeat(33) + ']'.repeat(33), /nested too deeply/u],
    ['a string without end', '{"a":"', /no end/u],
    ['a colon too many', '{"a"::1}', /JSON/u],
  ])('%s is no document', (_, text, why) => {
    for (const plain of [false, true]) expect(() => read(text, plain)).toThrow(why);
  });

  test.each([
    '{"a":1.5}',
    '{"a":9007199254740993}',
    '{"a":-0}',
    '{"a":"\\ud800"}',
    '{"\\udc00":1}',
  ])('%s is one, unless it has to be plain', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
    expect(() => read(text, true)).toThrow(SyntaxError);
  });

  test('keeps names that objects have by themselves', () => {
    const text = '{"__proto__":{"a:b":"{"},"constructor":[]}';
    expect(JSON.stringify(read(text, true))).toBe(text);
  });
});
