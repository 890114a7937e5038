// SPDX-License-Identifier: Apache-2.0
import { MAX_ARCHIVE_DIRECTORY_BYTES, MAX_ARCHIVE_ENTRIES } from '../core/limits.ts';
import type { ByteWindow } from './byte-window.ts';
import { Fields } from './fields.ts';
import { malformed, tooLarge } from './refuse.ts';

/** Where a ZIP's directory lies (APPNOTE 4.3.16, 4.3.14). */
export interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
}

const END_SIGNATURE = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;

/**
 * The one place that the end of the file points to: nothing between the directory, its end record
 * and the end of the file, and no second end record that another reader could start from.
 */
export async function locateDirectory(filename: string, file: ByteWindow): Promise<DirectoryPlace> {
  const tailStart = Math.max(0, file.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = (await file.read(tailStart, file.size - tailStart)).slice();
  const end = findEnd(filename, tail);
  const at = tailStart + end;
  const fields = new Fields(tail.subarray(end));
  const short = {
    disks: [fields.u16(4), fields.u16(6)],
    entriesHere: fields.u16(8),
    entries: fields.u16(10),
    size: fields.u32(12),
    offset: fields.u32(16),
  };
  if (short.disks.some((disk) => disk !== 0) || short.entriesHere !== short.entries) {
    throw malformed(filename, 'is one part of a ZIP split over several files');
  }
  const long = await readLongEnd(filename, file, at);
  const place = long?.place ?? short;
  if (long !== null) {
    agree(filename, short.entries, long.place.entries, 0xffff);
    agree(filename, short.size, long.place.size, 0xffffffff);
    agree(filename, short.offset, long.place.offset, 0xffffffff);
  }
  if (place.offset + place.size !== (long?.at ?? at)) {
    throw malformed(filename, 'its ZIP directory does not end where its end record begins');
  }
  if (place.entries > MAX_ARCHIVE_ENTRIES || place.size > MAX_ARCHIVE_DIRECTORY_BYTES) {
    throw tooLarge(filename, `lists ${place.entries} entries in ${place.size} bytes`);
  }
  return { offset: place.offset, size: place.size, entries: place.entries };
}

function findEnd(filename: string, tail: Uint8Array): number {
  const signatures = signaturesIn(Buffer.from(tail.buffer, tail.byteOffset, tail.length));
  const ends = signatures.filter(
    (at) => at + END_BYTES + new Fields(tail).u16(at + 20) === tail.length,
  );
  const [end] = ends;
  if (end === undefined) throw malformed(filename, 'is no ZIP, or has bytes after its end');
  if (ends.length > 1 || signatures.some((at) => at > end)) {
    throw malformed(filename, 'has two ZIP end records');
  }
  return end;
}

/** The last one first. */
function signaturesIn(tail: Buffer): readonly number[] {
  const found: number[] = [];
  let at = tail.length - END_BYTES;
  while (at >= 0) {
    at = tail.lastIndexOf(END_SIGNATURE, at);
    if (at < 0) break;
    found.push(at);
    at -= 1;
  }
  return found;
}

async function readLongEnd(
  filename: string,
  file: ByteWindow,
  endAt: number,
): Promise<{ readonly place: DirectoryPlace; readonly at: number } | null> {
  const locatorAt = endAt - LOCATOR_BYTES;
  if (locatorAt < 0) return null;
  const locator = new Fields((await file.read(locatorAt, LOCATOR_BYTES)).slice());
  if (locator.u32(0) !== LOCATOR_SIGNATURE) return null;
  const at = locator.u64(8);
  if (locator.u32(4) !== 0 || locator.u32(16) > 1 || at + END64_BYTES > locatorAt) {
    throw malformed(filename, 'its ZIP64 locator points nowhere');
  }
  const record = new Fields((await file.read(at, END64_BYTES)).slice());
  if (record.u32(0) !== END64_SIGNATURE || at + 12 + record.u64(4) !== locatorAt) {
    throw malformed(filename, 'its ZIP64 end record is not where or as long as it should be');
  }
  if (record.u32(16) !== 0 || record.u32(20) !== 0 || record.u64(24) !== record.u64(32)) {
    throw malformed(filename, 'is one part of a ZIP split over several files');
  }
  const place = { entries: record.u64(32), size: record.u64(40), offset: record.u64(48) };
  return { place, at };
}

function agree(filename: string, short: number, long: number, full: number): void {
  if (short !== full && short !== long) {
    throw malformed(filename, 'its two ZIP end records say different things');
  }
}
