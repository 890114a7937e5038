// SPDX-License-Identifier: Apache-2.0
import { crc32, deflateRawSync } from 'node:zlib';

/** One member of a ZIP file to be written; the overrides make it lie about itself. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  /** Unix mode, `0o100644` where absent. */
  readonly mode?: number;
  /** What the local header says the name is. */
  readonly localName?: string;
  /** What both headers say the checksum is. */
  readonly crc?: number;
  /** `false`: a local header without an entry in the central directory. */
  readonly listed?: boolean;
}

export interface ZipShape {
  /** Bytes before the first local header, counted in the offsets. */
  readonly prefix?: Uint8Array;
  /** Bytes after the end record. */
  readonly suffix?: Uint8Array;
  readonly comment?: Uint8Array;
}

/** 2020-01-01 00:00:00, as DOS date and time: equal input gives equal bytes. */
const DOS_TIME = 0;
const DOS_DATE = ((2020 - 1980) << 9) | (1 << 5) | 1;
const UTF8_NAMES = 0x0800;

export function writeZip(entries: readonly ZipEntry[], shape: ZipShape = {}): Buffer {
  const parts: Buffer[] = [Buffer.from(shape.prefix ?? [])];
  let offset = parts[0]?.length ?? 0;
  const directory: Buffer[] = [];
  for (const entry of entries) {
    const packed = entry.deflate === true ? deflateRawSync(entry.data) : Buffer.from(entry.data);
    const local = headerOf(entry, packed.length, entry.localName ?? entry.name);
    if (entry.listed !== false) directory.push(directoryEntry(entry, packed.length, offset));
    parts.push(local, packed);
    offset += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([
    ...parts,
    central,
    endRecord(directory.length, central.length, offset, shape.comment ?? new Uint8Array()),
    Buffer.from(shape.suffix ?? []),
  ]);
}

function commonFields(entry: ZipEntry, packed: number, nameLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(entry.deflate === true ? 8 : 0, 4);
  fields.writeUInt16LE(DOS_TIME, 6);
  fields.writeUInt16LE(DOS_DATE, 8);
  fields.writeUInt32LE(entry.crc ?? crc32(entry.data), 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(entry.data.length, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}

function headerOf(entry: ZipEntry, packed: number, spelled: string): Buffer {
  const name = Buffer.from(spelled);
  return Buffer.concat([
    Buffer.from('PK\x03\x04', 'latin1'),
    commonFields(entry, packed, name.length),
    name,
  ]);
}

function directoryEntry(entry: ZipEntry, packed: number, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(((entry.mode ?? 0o100_644) << 16) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  return Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x03', 'latin1'),
    commonFields(entry, packed, name.length),
    tail,
    name,
  ]);
}

function endRecord(count: number, size: number, offset: number, comment: Uint8Array): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, comment]);
}
