// SPDX-License-Identifier: Apache-2.0
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WithheldTail } from './answer-body.ts';
import { beginsLikeArchive, endsLikeArchive, HEAD_BYTES, TAIL_BYTES } from './archive-signs.ts';

/** A header as tar's oldest dialect writes it: no magic, only a checksum. */
function tarHeader(name: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('00000000000\0', 124);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);

describe('beginsLikeArchive', () => {
  test.each([
    ['gzip', gzipSync('x')],
    ['zstandard', zstdCompressSync('x')],
    ['zip', Buffer.from('PK\x03\x04rest')],
    ['empty zip', EMPTY_ZIP],
    ['bzip2', Buffer.from('BZh91AY')],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0])],
    ['lzma', Buffer.from('5d00008000ffffffffffffffff00', 'hex')],
    ['tar', tarHeader('demo-1.0/setup.py')],
    ['tar with a name in Latin-1', tarHeader('d\u00e9mo')],
  ])('%s', (_, bytes) => {
    expect(beginsLikeArchive(bytes)).toBe(true);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(600)],
    ['html', Buffer.from('<!doctype html>'.padEnd(600))],
    ['json', Buffer.from('{"a":1}'.padEnd(600))],
    ['git refs', Buffer.from('001e# service=git-upload-pack\n0000')],
    ['git objects', Buffer.from('0008NAK\nPACK')],
    ['a bare deflate stream', deflateRawSync('x')],
    ['a tar header with another checksum', tarHeader('x').fill('1', 148, 154)],
  ])('not %s', (_, bytes) => {
    expect(beginsLikeArchive(bytes)).toBe(false);
  });

  test('not text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: HEAD_BYTES * 2 }), (text) => {
        if (/^(?:PK|BZh|LZIP)/u.test(text)) return;
        expect(beginsLikeArchive(Buffer.from(text))).toBe(false);
      }),
    );
  });
});

test('a zip behind other bytes shows at its end', () => {
  expect(endsLikeArchive(Buffer.concat([Buffer.alloc(50), EMPTY_ZIP]))).toBe(true);
  expect(endsLikeArchive(Buffer.alloc(TAIL_BYTES))).toBe(false);
});

test('the tail stays back however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TAIL_BYTES), { maxLength: 8 }), (sizes) => {
      const chunks = sizes.map((size, at) => Buffer.alloc(size, at));
      const tail = new WithheldTail();
      const free = chunks.flatMap((chunk) => [...tail.push(chunk)]);
      const all = Buffer.concat(chunks);
      expect(Buffer.concat([...free, tail.rest()]).equals(all)).toBe(true);
      expect(tail.rest().length).toBeGreaterThanOrEqual(Math.min(all.length, TAIL_BYTES));
    }),
    { numRuns: 30 },
  );
});
