// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A valid wheel of any size that is generated while it is read, never held. */
export interface LargeWheel {
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  chunks(): Generator<Uint8Array>;
}

const BLOCK = Buffer.alloc(1024 * 1024, 'wheelproof ');
const MAX_32 = 0xffffffff;

/** One stored entry of `blocks` MiB, then METADATA, WHEEL and RECORD, in ZIP64 form. */
export function makeLargeWheel(blocks: number): LargeWheel {
  const distInfo = 'big-1.0.dist-info';
  const small: readonly (readonly [string, string])[] = [
    [`${distInfo}/METADATA`, 'Metadata-Version: 2.1\nName: big\nVersion: 1.0\n'],
    [
      `${distInfo}/WHEEL`,
      'Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ],
    [`${distInfo}/RECORD`, ''],
  ];
  let crc = 0;
  for (let block = 0; block < blocks; block++) crc = crc32(BLOCK, crc);
  const bigSize = blocks * BLOCK.length;
  const bigHead = localHeader('big/data.bin', crc, bigSize);
  const central: Buffer[] = [centralHeader('big/data.bin', crc, bigSize, 0)];
  const tail: Buffer[] = [];
  let offset = bigHead.length + bigSize;
  for (const [name, text] of small) {
    const data = Buffer.from(text);
    const head = localHeader(name, crc32(data), data.length);
    central.push(centralHeader(name, crc32(data), data.length, offset));
    tail.push(head, data);
    offset += head.length + data.length;
  }
  const directory = Buffer.concat(central);
  tail.push(directory, endRecords(central.length, directory.length, offset));
  const end = Buffer.concat(tail);
  function* chunks(): Generator<Uint8Array> {
    yield bigHead;
    for (let block = 0; block < blocks; block++) yield BLOCK;
    yield end;
  }
  const hash = createHash('sha256');
  for (const chunk of chunks()) hash.update(chunk);
  return {
    filename: 'big-1.0-py3-none-any.whl',
    size: bigHead.length + bigSize + end.length,
    sha256: hash.digest('hex'),
    chunks,
  };
}

/** APPNOTE 4.3.7, always with the ZIP64 extra field (4.5.3). */
function localHeader(name: string, crc: number, size: number): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(45, 4);
  head.writeUInt16LE(0x21, 12);
  head.writeUInt32LE(crc, 14);
  head.writeUInt32LE(MAX_32, 18);
  head.writeUInt32LE(MAX_32, 22);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(20, 28);
  return Buffer.concat([head, Buffer.from(name), zip64Extra([size, size])]);
}

/** APPNOTE 4.3.12. */
function centralHeader(name: string, crc: number, size: number, offset: number): Buffer {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(45, 4);
  head.writeUInt16LE(45, 6);
  head.writeUInt16LE(0x21, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(MAX_32, 20);
  head.writeUInt32LE(MAX_32, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(28, 30);
  head.writeUInt32LE(MAX_32, 42);
  return Buffer.concat([head, Buffer.from(name), zip64Extra([size, size, offset])]);
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  for (const [at, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * at);
  return extra;
}

/** APPNOTE 4.3.14 to 4.3.16. */
function endRecords(entries: number, directorySize: number, directoryOffset: number): Buffer {
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(45, 12);
  end64.writeUInt16LE(45, 14);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(directorySize), 40);
  end64.writeBigUInt64LE(BigInt(directoryOffset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directoryOffset + directorySize), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(MAX_32, 12);
  end.writeUInt32LE(MAX_32, 16);
  return Buffer.concat([end64, locator, end]);
}
