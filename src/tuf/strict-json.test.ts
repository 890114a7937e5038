// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { Json } from '../core/strict-json.ts';
import { olpcJson } from './olpc-json.ts';
import { parseStrictJson } from './strict-json.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const parse = (text: string): Json => parseStrictJson(bytes(text), 'a document');

/** Whatever metadata can say. */
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value')),
  ),
}));

describe('parseStrictJson', () => {
  it('builds nothing of which there is too much', () => {
    expect(() => parse(`[${'[],'.repeat(1_000_000)}0]`)).toThrow(/more than 2000000 values/u);
  });

  it('reads what JSON writes', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(parse(JSON.stringify(given))).toEqual(given);
      }),
    );
  });

  it.each([
    ['a member named twice', '{"a":1,"a":2}'],
    ['a member named twice by an escape', '{"a":1,"\\u0061":2}'],
    ['a member named twice below', '[{"a":{"b":1,"b":1}}]'],
    ['a fraction', '{"a":1.0}'],
    ['an exponent', '{"a":1e3}'],
    ['a number past 2^53', '{"a":9007199254740993}'],
    ['minus nought', '{"a":-0}'],
    ['a byte-order mark', '\ufeff{}'],
    ['half a character', '{"a":"\\ud800"}'],
    ['half a character in a name', '{"\\udc00":1}'],
    ['two documents', '{}{}'],
    ['no document', ''],
    ['a string without an end', '{"a":"'],
    ['a thousand levels', '['.repeat(1000) + ']'.repeat(1000)],
  ])('refuses %s', (_name, text) => {
    expect(() => parse(text)).toThrow(Refusal);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'x')).toThrow(Refusal);
  });

  it('ends every input in a value or a refusal', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('{}[]":,\\u0a-1e. ')) }),
        (text) => {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        },
      ),
    );
  });

  it('counts a colon inside a string as text', () => {
    expect(parse('{"a:b":"c:d\\":e"}')).toEqual({ 'a:b': 'c:d":e' });
  });

  it('keeps a member called __proto__ as any other', () => {
    expect(Object.keys(Object(parse('{"__proto__":{"a":1}}')))).toEqual(['__proto__']);
  });
});

describe('olpcJson', () => {
  it('sorts by code point and escapes two characters alone', () => {
    expect(olpcJson({ '\u{1f600}': 1, '\uff5e': 2, b: 'x"\\\n', a: [true, null] })).toBe(
      '{"a":[true,null],"b":"x\\"\\\\\n","\uff5e":2,"\u{1f600}":1}',
    );
  });

  it('says the same whatever the order of the members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (given) => {
        const turned = Object.fromEntries(Object.entries(given).toReversed());
        expect(olpcJson(turned)).toBe(olpcJson(given));
      }),
    );
  });
});
