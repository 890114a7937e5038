// SPDX-License-Identifier: Apache-2.0
import { Fields, sameBytes } from './fields.ts';
import { malformed } from './refuse.ts';

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const FULL = 0xffffffff;

export interface Sizes {
  readonly expanded: number;
  readonly packed: number;
  /** Of the local header; of no meaning within a local header. */
  readonly offset: number;
}

/** The 32-bit fields that the ZIP64 field replaces where they are full (APPNOTE 4.5.3). */
export interface ShortSizes extends Sizes {
  readonly disk: number;
}

/** Where in some bytes an entry's name lies, and its extra field behind it. */
export interface NameAndExtra {
  readonly nameAt: number;
  readonly nameLength: number;
  readonly extraLength: number;
}

/**
 * An entry's sizes, from ZIP64 where its short fields are full, with no second name in its extra
 * field (APPNOTE 4.6.9).
 */
export function readSizes(
  filename: string,
  bytes: Uint8Array,
  { nameAt, nameLength, extraLength }: NameAndExtra,
  short: ShortSizes,
): Sizes {
  if (extraLength === 0 && areShort(short)) return short;
  const extraAt = nameAt + nameLength;
  const extra = bytes.subarray(extraAt, extraAt + extraLength);
  return readExtra(filename, extra, bytes.subarray(nameAt, extraAt), short);
}

/** Whether the sizes are told in full where they stand: nothing replaces them. */
function areShort({ expanded, packed, offset, disk }: ShortSizes): boolean {
  return expanded !== FULL && packed !== FULL && offset !== FULL && disk !== 0xffff;
}

function readExtra(
  filename: string,
  extra: Uint8Array,
  name: Uint8Array,
  short: ShortSizes,
): Sizes {
  if (extra.length === 0) return readLongSizes(filename, null, short);
  const found = splitExtra(filename, extra);
  const unicodePath = found.get(UNICODE_PATH);
  // One byte of version, four of checksum, then the name.
  if (unicodePath !== undefined && !sameBytes(unicodePath.subarray(5), name)) {
    throw malformed(filename, 'gives one entry two different names');
  }
  return readLongSizes(filename, found.get(ZIP64) ?? null, short);
}

function splitExtra(filename: string, extra: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const fields = new Fields(extra);
  for (let at = 0; at < extra.length;) {
    if (at + 4 > extra.length) throw malformed(filename, 'an extra field is cut short');
    const id = fields.u16(at);
    const next = at + 4 + fields.u16(at + 2);
    if (next > extra.length) throw malformed(filename, 'an extra field is longer than its place');
    if (found.has(id) && (id === ZIP64 || id === UNICODE_PATH)) {
      throw malformed(filename, `repeats the extra field ${id} in one entry`);
    }
    found.set(id, extra.subarray(at + 4, next));
    at = next;
  }
  return found;
}

function readLongSizes(filename: string, field: Uint8Array | null, short: ShortSizes): Sizes {
  const { expanded, packed, offset, disk } = short;
  const wanted = Number(expanded === FULL) + Number(packed === FULL) + Number(offset === FULL);
  const full = disk === 0xffff ? 4 : 0;
  if (field === null) {
    if (wanted > 0 || full > 0) throw malformed(filename, 'a ZIP64 field is missing');
    return { expanded, packed, offset };
  }
  // Some writers always put both sizes in; then they must say what the short fields say.
  const both = field.length === 16 && wanted < 2 && full === 0;
  if (!both && field.length !== 8 * wanted + full) {
    throw malformed(filename, 'a ZIP64 field has the wrong length');
  }
  const fields = new Fields(field);
  let at = 0;
  const take = (value: number, always: boolean): number => {
    if (value !== FULL && !always) return value;
    const long = fields.u64(at);
    at += 8;
    if (value !== FULL && value !== long) {
      throw malformed(filename, 'a ZIP64 field contradicts the entry that it belongs to');
    }
    return long;
  };
  return {
    expanded: take(expanded, both),
    packed: take(packed, both),
    offset: take(offset, false),
  };
}
