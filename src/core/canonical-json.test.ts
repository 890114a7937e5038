// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonical JSON', () => {
  test('sorts members at every level and writes no white space', () => {
    expect(canonicalJson({ b: [1, { z: null, a: 'x' }], a: true, left: undefined })).toBe(
      '{"a":true,"b":[1,{"a":"x","z":null}]}',
    );
  });

  test('is a text of the same value, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value);
        const back: unknown = JSON.parse(text);
        expect(canonicalJson(back)).toBe(text);
        expect(back).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    ['NaN', Number.NaN],
    ['bigint', 1n],
    ['a function', () => 0],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('refuses a value nested without end', () => {
    const loop: { inner?: unknown } = {};
    loop.inner = loop;
    expect(() => canonicalJson(loop)).toThrow(/nested too deeply/u);
  });

  test('keeps a member called __proto__ as a member', () => {
    const text = canonicalJson(JSON.parse('{"__proto__":{"x":1}}'));
    expect(text).toBe('{"__proto__":{"x":1}}');
  });
});
