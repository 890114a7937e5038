// SPDX-License-Identifier: Apache-2.0
import { KIB } from '../core/limits.ts';
import type { ByteWindow } from './byte-window.ts';
import { Fields, sameAt } from './fields.ts';
import { malformed } from './refuse.ts';
import { HAS_DESCRIPTOR, type UnplacedEntry, type ZipEntry } from './zip-entry.ts';
import { readSizes } from './zip-extra.ts';

const SIGNATURE = 0x04034b50;
const FIXED_BYTES = 30;
const DESCRIPTOR_SIGNATURE = 0x08074b50;
/** With its name and extra field. */
const USUAL_HEADER_BYTES = 512;
/** Between two headers: reading so much costs less than another call. */
const WORTH_READING_BYTES = 32 * KIB;
const MOST_REACH_BYTES = 256 * KIB;

export interface PlacedEntry extends ZipEntry {
  /** Where the entry's data begins. */
  readonly dataAt: number;
}

/** A ZIP's directory, and where in the file it begins. */
export interface Directory {
  readonly bytes: Uint8Array;
  readonly entries: readonly UnplacedEntry[];
  readonly at: number;
}

/**
 * Every entry with the place of its data. All bytes before the directory belong to exactly one
 * entry, and each local header says what the directory says: a reader that walks the file from its
 * start sees the same archive as one that starts at its end.
 */
export async function verifyLayout(
  filename: string,
  file: ByteWindow,
  directory: Directory,
): Promise<readonly PlacedEntry[]> {
  const ordered = inOrder(directory.entries);
  let expectedAt = 0;
  for (const [index, entry] of ordered.entries()) {
    if (entry.offset !== expectedAt) {
      throw malformed(
        filename,
        `has bytes before '${entry.name}' that no entry or two entries own`,
      );
    }
    let at = file.placeOf(entry.offset, FIXED_BYTES);
    if (at < 0) at = await file.moveTo(entry.offset, FIXED_BYTES, reachOf(ordered, index));
    const headerLength = lengthOfHeader(filename, file.fields, at, entry);
    at = file.placeOf(entry.offset, headerLength);
    if (at < 0) at = await file.moveTo(entry.offset, headerLength);
    const described = verifyLocalHeader(filename, { file, at, directory: directory.bytes }, entry);
    entry.dataAt = entry.offset + headerLength;
    const dataEnd = entry.dataAt + entry.packed;
    expectedAt = ordered[index + 1]?.offset ?? directory.at;
    if (dataEnd > expectedAt) throw malformed(filename, `'${entry.name}' overlaps what follows it`);
    const length = expectedAt - dataEnd;
    if (described || length !== 0) {
      const wanted = Math.min(length, 32);
      let gapAt = file.placeOf(dataEnd, wanted);
      if (gapAt < 0) gapAt = await file.moveTo(dataEnd, wanted);
      const gap = file.bytes.subarray(gapAt, gapAt + wanted);
      verifyGap(filename, gap, { entry, described, length });
    }
  }
  if (expectedAt !== directory.at) throw malformed(filename, 'has bytes that no entry owns');
  return ordered;
}

/** Most writers list entries as they lie. */
function inOrder(entries: readonly UnplacedEntry[]): readonly UnplacedEntry[] {
  let last = -1;
  for (const { offset } of entries) {
    if (offset < last) return [...entries].sort((a, b) => a.offset - b.offset);
    last = offset;
  }
  return entries;
}

/** From an entry's header on: how far headers stand close together, so that one read brings them. */
function reachOf(ordered: readonly ZipEntry[], index: number): number {
  const start = ordered[index]?.offset ?? 0;
  let end = start + USUAL_HEADER_BYTES;
  for (let next = index + 1; next < ordered.length && end - start < MOST_REACH_BYTES; next++) {
    const offset = ordered[next]?.offset ?? 0;
    if (offset - end > WORTH_READING_BYTES) break;
    end = offset + USUAL_HEADER_BYTES;
  }
  return end - start;
}

function lengthOfHeader(filename: string, fields: Fields, at: number, { name }: ZipEntry): number {
  if (fields.u32(at) !== SIGNATURE) throw malformed(filename, `'${name}' has no local header`);
  return FIXED_BYTES + fields.u16(at + 26) + fields.u16(at + 28);
}

interface HeaderPlace {
  readonly file: ByteWindow;
  /** Where in the file's window the whole header begins. */
  readonly at: number;
  readonly directory: Uint8Array;
}

/** @returns whether a data descriptor follows the entry's data. */
function verifyLocalHeader(
  filename: string,
  { file: { bytes, fields }, at, directory }: HeaderPlace,
  entry: ZipEntry,
): boolean {
  const nameLength = fields.u16(at + 26);
  const nameAt = at + FIXED_BYTES;
  if (
    nameLength !== entry.nameLength ||
    !sameAt(bytes, nameAt, directory, entry.nameAt, nameLength)
  ) {
    throw malformed(filename, `'${entry.name}' has another name in its local header`);
  }
  const flags = fields.u16(at + 6);
  // Only the local header needs to announce a data descriptor.
  if (
    (flags | HAS_DESCRIPTOR) !== (entry.flags | HAS_DESCRIPTOR) ||
    fields.u16(at + 8) !== entry.method
  ) {
    throw malformed(
      filename,
      `'${entry.name}' has other flags or another method in its local header`,
    );
  }
  const extraLength = fields.u16(at + 28);
  const short = { packed: fields.u32(at + 18), expanded: fields.u32(at + 22), offset: 0, disk: 0 };
  const place = { nameAt, nameLength, extraLength };
  const { packed, expanded } = readSizes(filename, bytes, place, short);
  const described = (flags & HAS_DESCRIPTOR) !== 0;
  if (!described && (entry.flags & HAS_DESCRIPTOR) !== 0) {
    throw malformed(filename, `'${entry.name}' has other flags in its local header`);
  }
  const crc = fields.u32(at + 14);
  if (
    (crc !== entry.crc && !(described && crc === 0)) ||
    (packed !== entry.packed && !(described && packed === 0)) ||
    (expanded !== entry.expanded && !(described && expanded === 0))
  ) {
    throw malformed(filename, `'${entry.name}' has other sizes in its local header`);
  }
  return described;
}

/** What lies between an entry's data and the next entry: its data descriptor (APPNOTE 4.3.9), or nothing. */
function verifyGap(
  filename: string,
  gap: Uint8Array,
  of: { readonly entry: ZipEntry; readonly described: boolean; readonly length: number },
): void {
  const { entry, length } = of;
  if (!of.described) {
    if (length !== 0)
      throw malformed(filename, `has bytes after '${entry.name}' that no entry owns`);
    return;
  }
  const fields = new Fields(gap);
  const signed = length === 16 || length === 24;
  const long = length === 20 || length === 24;
  if (!signed && length !== 12 && !long) {
    throw malformed(filename, `'${entry.name}' has no data descriptor, or more than one`);
  }
  const at = signed ? 4 : 0;
  const stated = long
    ? [fields.u32(at), fields.u64(at + 4), fields.u64(at + 12)]
    : [fields.u32(at), fields.u32(at + 4), fields.u32(at + 8)];
  const listed = [entry.crc, entry.packed, entry.expanded];
  const signature = signed ? fields.u32(0) : DESCRIPTOR_SIGNATURE;
  if (
    signature !== DESCRIPTOR_SIGNATURE ||
    stated.some((value, index) => value !== listed[index])
  ) {
    throw malformed(
      filename,
      `'${entry.name}' has another data descriptor than the directory says`,
    );
  }
}
