// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { linesFor, readChecksumLines } from './checksum-lines.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const MD5 = 'c'.repeat(32);

const read = (text: string) => {
  try {
    return readChecksumLines(text, 'SUMS');
  } catch (thrown) {
    return thrown instanceof Refusal ? thrown.code : String(thrown);
  }
};
const sha = (path: string, hex = A) => ({ algorithm: 'sha256', hex, path });

describe('the forms', () => {
  test.each([
    [`${A}  good-1.0.tar.gz`, [sha('good-1.0.tar.gz')]],
    [`${A} *good-1.0.tar.gz`, [sha('good-1.0.tar.gz')]],
    [`${A} good-1.0.tar.gz`, [sha('good-1.0.tar.gz')]],
    [`${A.toUpperCase()}  ./dist/good-1.0.tar.gz\r`, [sha('dist/good-1.0.tar.gz')]],
    [`SHA256 (good-1.0.tar.gz) = ${A}`, [sha('good-1.0.tar.gz')]],
    [`${MD5}  x`, [{ algorithm: 'md5', hex: MD5, path: 'x' }]],
    [`BLAKE2b-256 (x) = ${A}`, []],
    [`SHA3-256 (x) = ${A}`, []],
    ['This file holds checksums\n=====\n', []],
    [`${A}  x\n${A}  x`, [sha('x')]],
  ])('%s', (text, lines) => {
    expect(read(text)).toEqual(lines);
  });

  test.each([
    `${A}  x\n${B}  x`,
    `\\${A}  x`,
    `${A}  x `,
    `${A}  x\u0000`,
    `${A}  ${B}  x`,
    `MD5 (x) = ${A}`,
    `${A}  a\\x`,
  ])('ambiguous: %j', (text) => {
    expect(read(text)).toBe('WP-CHECKSUM-AMBIGUOUS');
  });

  test('a file in two folders', () => {
    const lines = readChecksumLines(`${A}  old/x\n${B}  new/x\n${MD5}  new/y`, 'SUMS');
    expect(() => linesFor(lines, 'x', 'SUMS')).toThrow(Refusal);
    expect([...linesFor(lines, 'y', 'SUMS')]).toEqual([['md5', MD5]]);
  });

  test('any text is read or refused', () => {
    const piece = fc.constantFrom(
      A,
      B,
      MD5,
      ' ',
      '  ',
      '*',
      '\\',
      '(',
      ') = ',
      'x',
      '\n',
      '\r',
      '\t',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        (text) => {
          const lines = read(text);
          if (typeof lines === 'string') expect(lines).toBe('WP-CHECKSUM-AMBIGUOUS');
        },
      ),
    );
  });
});
