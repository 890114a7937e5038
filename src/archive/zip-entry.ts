// SPDX-License-Identifier: Apache-2.0
import { checkedKey, decodeEntryName } from './entry-name.ts';
import { Fields } from './fields.ts';
import { malformed } from './refuse.ts';
import { readSizes } from './zip-extra.ts';

export interface ZipEntry {
  readonly name: string;
  /** Where its name stands in the directory, and how many bytes it has. */
  readonly nameAt: number;
  readonly nameLength: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly expanded: number;
  /** Of the local header. */
  readonly offset: number;
  /** By its Unix mode a link or a device: some readers make one, others a file of its contents. */
  readonly isSpecial: boolean;
}

/** With the place of its data, once that is known. */
export interface UnplacedEntry extends ZipEntry {
  dataAt: number;
}

export const STORED = 0;
export const DEFLATED = 8;
export const HAS_DESCRIPTOR = 1 << 3;
const IS_UTF8 = 1 << 11;
/** Bits 1 and 2 only say how hard the compressor tried. */
const KNOWN_FLAGS = 0b110 | HAS_DESCRIPTOR | IS_UTF8;
/** The upper half of the external attributes, where a Unix mode stands (APPNOTE 4.4.15): S_IFMT. */
const FILE_TYPE = 0o170_000;
/** None stated, folder, file. */
const PLAIN_TYPES: ReadonlySet<number> = new Set([0, 0o040_000, 0o100_000]);
const SIGNATURE = 0x02014b50;
const FIXED_BYTES = 46;

/** The directory's entries in its own order, each readable in one way only (APPNOTE 4.3.12). */
export function readEntries(
  filename: string,
  bytes: Uint8Array,
  count: number,
): readonly UnplacedEntry[] {
  const entries: UnplacedEntry[] = [];
  const keys = new Set<string>();
  const directory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = new Fields(directory);
  let at = 0;
  while (at < directory.length && entries.length < count) {
    const end = endOfEntry(filename, directory, fields, at);
    const entry = readEntry(filename, { directory, fields, at });
    const key = checkedKey(filename, entry.name);
    if (keys.has(key)) {
      throw malformed(filename, `holds two entries that become one file: '${entry.name}'`);
    }
    keys.add(key);
    entries.push(entry);
    at = end;
  }
  if (entries.length !== count || at !== directory.length) {
    throw malformed(filename, 'its ZIP directory holds more or fewer entries than it says');
  }
  return entries;
}

interface Place {
  readonly directory: Buffer;
  /** The directory's. */
  readonly fields: Fields;
  /** Where the entry begins in it. */
  readonly at: number;
}

function endOfEntry(filename: string, directory: Buffer, fields: Fields, at: number): number {
  if (at + FIXED_BYTES > directory.length || fields.u32(at) !== SIGNATURE) {
    throw malformed(filename, 'its ZIP directory is damaged');
  }
  const end = at + FIXED_BYTES + fields.u16(at + 28) + fields.u16(at + 30) + fields.u16(at + 32);
  if (end > directory.length) throw malformed(filename, 'its ZIP directory is cut short');
  return end;
}

function readEntry(filename: string, { directory, fields, at }: Place): UnplacedEntry {
  const nameAt = at + FIXED_BYTES;
  const nameLength = fields.u16(at + 28);
  const extraAt = nameAt + nameLength;
  const extraLength = fields.u16(at + 30);
  const flags = fields.u16(at + 8);
  const isUtf8 = (flags & IS_UTF8) !== 0;
  const name = decodeEntryName(filename, directory, { start: nameAt, end: extraAt, isUtf8 });
  const disk = fields.u16(at + 34);
  const short = {
    packed: fields.u32(at + 20),
    expanded: fields.u32(at + 24),
    offset: fields.u32(at + 42),
    disk,
  };
  const place = { nameAt, nameLength, extraLength };
  const { packed, expanded, offset } = readSizes(filename, directory, place, short);
  const entry = {
    name,
    nameAt,
    nameLength,
    flags,
    method: fields.u16(at + 10),
    crc: fields.u32(at + 16),
    packed,
    expanded,
    offset,
    isSpecial: !PLAIN_TYPES.has((fields.u32(at + 38) >>> 16) & FILE_TYPE),
    dataAt: -1,
  };
  if (disk !== 0) throw malformed(filename, 'is one part of a ZIP split over several files');
  checkEntry(filename, entry);
  return entry;
}

function checkEntry(filename: string, entry: ZipEntry): void {
  const { name, flags, method, packed, expanded } = entry;
  if ((flags & ~KNOWN_FLAGS) !== 0) {
    throw malformed(
      filename,
      `'${name}' uses encryption or another rare ZIP feature (flags ${flags})`,
    );
  }
  if (method !== STORED && method !== DEFLATED) {
    throw malformed(filename, `'${name}' is compressed by method ${method}; only deflate is usual`);
  }
  if (method === STORED && packed !== expanded) {
    throw malformed(filename, `'${name}' is stored, yet has two sizes`);
  }
  if (name.endsWith('/') && expanded !== 0) {
    throw malformed(filename, `the folder '${name}' has contents of its own`);
  }
}
