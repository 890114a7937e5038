// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecordLines } from './record-lines.ts';

const encoded = (text: string): string =>
  `sha256=${createHash('sha256').update(text).digest('base64url')}`;
const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

test('reads what Python’s csv module writes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 })), (paths) => {
      const rows = paths.map((path) => `"${path.replaceAll('"', '""')}",${encoded(path)},1`);
      const expected = paths.map((path) => ({ path, sha256: hex(path) }));
      expect(readRecordLines(`${rows.join('\n')}\n`)).toEqual(expected);
    }),
  );
});

test('plain lines, with either line ending, and lines without a hash', () => {
  const text = `a.py,${encoded('a')},1\r\nb c.py,${encoded('b')}=,1\nx/RECORD,,\nweak,md5=abc,1\n\n`;
  expect(readRecordLines(text)).toEqual([
    { path: 'a.py', sha256: hex('a') },
    { path: 'b c.py', sha256: hex('b') },
    { path: 'x/RECORD', sha256: null },
    { path: 'weak', sha256: null },
  ]);
});

test('splits plain text as its own pattern does', () => {
  const unit = fc.constantFrom(',', '\n', '\r', 'a', '=', encoded('a'), encoded('b'));
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const rows = text.split(/\r?\n/u).map((line) => line.split(','));
      const known = new Map(['a', 'b'].flatMap((of) => [[encoded(of), hex(of)]]));
      const expected = rows.flatMap(([path = '', hash = '']) =>
        path === '' ? [] : [{ path, sha256: known.get(hash.replace(/=$/u, '')) ?? null }],
      );
      expect(readRecordLines(text)).toEqual(expected);
    }),
  );
});

test('never fails on hostile text, and takes no longer than it must', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '=') }), (text) => {
      for (const { path } of readRecordLines(text)) expect(path).not.toBe('');
    }),
  );
  const began = performance.now();
  readRecordLines(`${'"'.repeat(200_001)}\n${',"'.repeat(100_000)}`);
  expect(performance.now() - began).toBeLessThan(2_000);
});
