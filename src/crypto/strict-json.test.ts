// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string | Uint8Array) => parseStrictJson(Buffer.from(text), 'it');

test('what JSON.stringify writes is read again', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  ['a member twice', '{"a":1,"a":2}'],
  ['a member twice, spelled otherwise', '{"a":1,"\\u0061":2}'],
  ['a member twice, deep inside', '[{"b":{"c":[],"d":{},"c":0}}]'],
  ['a byte order mark', '\u{feff}{}'],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['bytes after it', '{} {}'],
  ['a string without end', '{"a":"\\"}'],
  ['a bad escape in a name', '{"\\x":1}'],
  ['nothing', ''],
  ['brackets without end', '['.repeat(100)],
])('%s is refused', (_, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'WP-ATTESTATION-MALFORMED' }));
});

test('the same name in different objects is no second one', () => {
  expect(parse('{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"\\\\"}')).toMatchObject({ c: '\\' });
});

test('a depth bomb is refused at once', () => {
  const started = performance.now();
  expect(() => parse('['.repeat(10_000_000))).toThrow(/nested too deeply/u);
  expect(performance.now() - started).toBeLessThan(1000);
});
