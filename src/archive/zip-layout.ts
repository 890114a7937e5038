// SPDX-License-Identifier: Apache-2.0
import type { ByteWindow } from './byte-window.ts';
import { Fields, sameBytes } from './fields.ts';
import { malformed } from './refuse.ts';
import { HAS_DESCRIPTOR, type ZipEntry } from './zip-entry.ts';
import { readExtra } from './zip-extra.ts';

const SIGNATURE = 0x04034b50;
const FIXED_BYTES = 30;
const DESCRIPTOR_SIGNATURE = 0x08074b50;

export interface PlacedEntry extends ZipEntry {
  /** Where the entry's data begins. */
  readonly dataAt: number;
}

/**
 * Every entry with the place of its data. All bytes before the directory belong to exactly one
 * entry, and each local header says what the directory says: a reader that walks the file from its
 * start sees the same archive as one that starts at its end.
 */
export async function verifyLayout(
  filename: string,
  file: ByteWindow,
  entries: readonly ZipEntry[],
  directoryAt: number,
): Promise<readonly PlacedEntry[]> {
  const ordered = [...entries].sort((a, b) => a.offset - b.offset);
  const placed: PlacedEntry[] = [];
  let expectedAt = 0;
  for (const [index, entry] of ordered.entries()) {
    if (entry.offset !== expectedAt) {
      throw malformed(
        filename,
        `has bytes before '${entry.name}' that no entry or two entries own`,
      );
    }
    const header = headerAtHand(filename, file, entry) ?? (await readHeader(filename, file, entry));
    const { dataAt, described } = verifyLocalHeader(filename, header, entry);
    const dataEnd = dataAt + entry.packed;
    expectedAt = ordered[index + 1]?.offset ?? directoryAt;
    if (dataEnd > expectedAt) throw malformed(filename, `'${entry.name}' overlaps what follows it`);
    const length = expectedAt - dataEnd;
    if (described || length !== 0) {
      const wanted = Math.min(length, 32);
      const gap = file.atHand(dataEnd, wanted) ?? (await file.read(dataEnd, wanted));
      verifyGap(filename, gap, { entry, described, length });
    }
    placed.push({ ...entry, dataAt });
  }
  if (expectedAt !== directoryAt) throw malformed(filename, 'has bytes that no entry owns');
  return placed;
}

interface LocalHeader {
  readonly fixed: Fields;
  readonly nameLength: number;
  /** The name, then the extra field. */
  readonly rest: Uint8Array;
}

/** `null`: some of it has to be read first. */
function headerAtHand(filename: string, file: ByteWindow, entry: ZipEntry): LocalHeader | null {
  const head = file.atHand(entry.offset, FIXED_BYTES);
  if (head === null) return null;
  const fixed = fixedPart(filename, head, entry);
  const nameLength = fixed.u16(26);
  const rest = file.atHand(entry.offset + FIXED_BYTES, nameLength + fixed.u16(28));
  return rest === null ? null : { fixed, nameLength, rest };
}

async function readHeader(
  filename: string,
  file: ByteWindow,
  entry: ZipEntry,
): Promise<LocalHeader> {
  const fixed = fixedPart(filename, await file.read(entry.offset, FIXED_BYTES), entry);
  const nameLength = fixed.u16(26);
  const length = nameLength + fixed.u16(28);
  return { fixed, nameLength, rest: await file.read(entry.offset + FIXED_BYTES, length) };
}

function fixedPart(filename: string, head: Uint8Array, entry: ZipEntry): Fields {
  const fixed = new Fields(head);
  if (fixed.u32(0) !== SIGNATURE) throw malformed(filename, `'${entry.name}' has no local header`);
  return fixed;
}

function verifyLocalHeader(
  filename: string,
  { fixed, nameLength, rest }: LocalHeader,
  entry: ZipEntry,
): { readonly dataAt: number; readonly described: boolean } {
  const name = rest.subarray(0, nameLength);
  if (!sameBytes(name, entry.nameBytes)) {
    throw malformed(filename, `'${entry.name}' has another name in its local header`);
  }
  const flags = fixed.u16(6);
  // Only the local header needs to announce a data descriptor.
  if (
    (flags | HAS_DESCRIPTOR) !== (entry.flags | HAS_DESCRIPTOR) ||
    fixed.u16(8) !== entry.method
  ) {
    throw malformed(
      filename,
      `'${entry.name}' has other flags or another method in its local header`,
    );
  }
  const { packed, expanded } = readExtra(filename, rest.subarray(nameLength), name, {
    packed: fixed.u32(18),
    expanded: fixed.u32(22),
    offset: 0,
    disk: 0,
  });
  const described = (flags & HAS_DESCRIPTOR) !== 0;
  if (!described && (entry.flags & HAS_DESCRIPTOR) !== 0) {
    throw malformed(filename, `'${entry.name}' has other flags in its local header`);
  }
  const agrees = (local: number, listed: number): boolean =>
    local === listed || (described && local === 0);
  if (
    !agrees(fixed.u32(14), entry.crc) ||
    !agrees(packed, entry.packed) ||
    !agrees(expanded, entry.expanded)
  ) {
    throw malformed(filename, `'${entry.name}' has other sizes in its local header`);
  }
  return { dataAt: entry.offset + FIXED_BYTES + rest.length, described };
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
