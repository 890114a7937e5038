// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { readCertificate } from './certificate.ts';
import {
  booleanOf,
  elementsOf,
  integerBytes,
  oidOf,
  readDer,
  smallInteger,
  timeOf,
} from './der.ts';
import { readTimestamp } from './timestamp.ts';

const der = (hex: string) => readDer(Buffer.from(hex, 'hex'));
const text = (tag: number, content: string) =>
  readDer(Buffer.concat([Buffer.from([tag, content.length]), Buffer.from(content)]));

describe('DER', () => {
  test.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['an indefinite length', '3080020100 0000'.replace(' ', '')],
    ['a long form that could be short', '308103020100'],
    ['a length with a leading zero', '3082000102'],
    ['a length of five bytes', '30850000000001ff'],
    ['a length that is cut', '3082ff'],
    ['less content than it says', '300502'],
    ['a tag of two bytes', '1f810100'],
    ['bytes after it', '02010000'],
  ])('with %s is refused', (_, hex) => {
    expect(() => der(hex)).toThrow(expect.objectContaining({ code: 'WP-ATTESTATION-MALFORMED' }));
  });

  test('is cut into elements, exactly', () => {
    const list = elementsOf(der('3006020101020200ff'.replace('3006', '3007')));
    expect(list.map(smallInteger)).toEqual([1, 255]);
  });

  test.each([
    ['06082a8648ce3d040302', '1.2.840.10045.4.3.2'],
    ['06032b6570', '1.3.101.112'],
    ['0603883703', '2.999.3'],
  ])('OID %s is %s', (hex, dotted) => {
    expect(oidOf(der(hex))).toBe(dotted);
  });

  test.each(['0600', '060180', '06022a80', '06072a80808080808f', '0603800101'])(
    'the OID %s is refused',
    (hex) => {
      expect(() => oidOf(der(hex))).toThrow(Refusal);
    },
  );

  test.each(['02020001', '0202ffff', '0200'])('the integer %s is refused', (hex) => {
    expect(() => integerBytes(der(hex))).toThrow(Refusal);
  });

  test('a boolean is 00 or ff', () => {
    expect(booleanOf(der('0101ff'))).toBe(true);
    expect(() => booleanOf(der('010101'))).toThrow(Refusal);
  });

  test.each([
    [0x17, '240229120000Z', '2024-02-29T12:00:00.000Z'],
    [0x17, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [0x18, '20250609115738Z', '2025-06-09T11:57:38.000Z'],
    [0x18, '20250609115738.25Z', '2025-06-09T11:57:38.250Z'],
  ])('time 0x%i %s is %s', (tag, content, iso) => {
    expect(new Date(timeOf(text(tag, content))).toISOString()).toBe(iso);
  });

  test.each([
    [0x17, '230229120000Z'],
    [0x17, '2402291200Z'],
    [0x17, '240229120000+0100'],
    [0x18, '20250609115738.250Z'],
    [0x18, '20250609115760Z'],
    [0x18, '20250609115738'],
    [0x04, '20250609115738Z'],
  ])('time 0x%i %s is refused', (tag, content) => {
    expect(() => timeOf(text(tag, content))).toThrow(Refusal);
  });

  test('whatever the bytes, there is a value or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const read of [readDer, readCertificate, readTimestamp]) {
          try {
            read(Buffer.from(bytes));
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(Refusal);
          }
        }
      }),
    );
  });
});
