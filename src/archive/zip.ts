// SPDX-License-Identifier: Apache-2.0
import { crc32, inflateRawSync } from 'node:zlib';
import type { HeldBytes } from '../core/bytes.ts';
import { KIB } from '../core/limits.ts';
import { ByteWindow } from './byte-window.ts';
import { boundExpansion } from './expansion.ts';
import type { KnownLayouts } from './known-layouts.ts';
import { malformed, tooLarge } from './refuse.ts';
import { locateDirectory } from './zip-end.ts';
import { readEntries, STORED } from './zip-entry.ts';
import { type PlacedEntry, verifyLayout } from './zip-layout.ts';

export interface ZipArchive {
  readonly entries: readonly PlacedEntry[];
  /** One entry's contents, checked against its size and checksum. */
  read(entry: PlacedEntry, maxBytes: number): Promise<Uint8Array>;
}

/**
 * Opens a ZIP that every reader reads alike; refuses all others.
 * @param layouts of archives that were opened before; only for bytes whose digest was computed.
 * @throws Refusal `WP-ARCHIVE-MALFORMED`, `WP-LIMIT-ARCHIVE`
 */
export async function openZip(
  filename: string,
  bytes: HeldBytes,
  layouts: KnownLayouts | null = null,
): Promise<ZipArchive> {
  const { sha256 } = bytes.digests;
  const entries = layouts?.recall(sha256) ?? (await layOut(filename, bytes));
  layouts?.keep(sha256, entries);
  return {
    entries,
    read: (entry, maxBytes) => readMember(filename, bytes, entry, maxBytes),
  };
}

async function layOut(filename: string, bytes: HeldBytes): Promise<readonly PlacedEntry[]> {
  const file = new ByteWindow(filename, bytes);
  const place = await locateDirectory(filename, file);
  const at = await file.moveTo(place.offset, place.size);
  // A copy, unless the file stays where it is: the window moves on.
  const directory = file.bytes.subarray(at, at + place.size);
  const own = bytes.whole === undefined ? directory.slice() : directory;
  const listed = readEntries(filename, own, place.entries);
  boundExpansion(
    filename,
    bytes.size,
    listed.reduce((sum, entry) => sum + entry.expanded, 0),
  );
  return await verifyLayout(filename, file, {
    bytes: own,
    entries: listed,
    at: place.offset,
  });
}

async function readMember(
  filename: string,
  bytes: HeldBytes,
  entry: PlacedEntry,
  maxBytes: number,
): Promise<Uint8Array> {
  // Deflate never makes anything much longer.
  if (entry.expanded > maxBytes || entry.packed > maxBytes + 64 * KIB) {
    throw tooLarge(filename, `'${entry.name}' is larger than ${maxBytes} bytes`);
  }
  const { dataAt } = entry;
  const packed =
    bytes.whole?.subarray(dataAt, dataAt + entry.packed) ??
    (await bytes.read(dataAt, entry.packed));
  // What is kept of an archive must not keep all of it in memory.
  const contents = entry.method === STORED ? Buffer.from(packed) : inflate(filename, entry, packed);
  if (contents.length !== entry.expanded || crc32(contents) !== entry.crc) {
    throw malformed(filename, `'${entry.name}' does not match its own size and checksum`);
  }
  return contents;
}

function inflate(filename: string, entry: PlacedEntry, packed: Uint8Array): Uint8Array {
  try {
    // One byte more than declared, so that a longer one shows; `info` tells how much was read.
    const inflated: unknown = inflateRawSync(packed, {
      maxOutputLength: entry.expanded + 1,
      info: true,
    });
    if (isInflated(inflated) && inflated.engine.bytesWritten === packed.length) {
      return inflated.buffer;
    }
  } catch (cause) {
    throw malformed(filename, `'${entry.name}' cannot be decompressed`, cause);
  }
  throw malformed(filename, `'${entry.name}' has bytes behind its compressed data`);
}

/** What zlib's functions answer under `info: true`, which their types do not say. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

function isInflated(value: unknown): value is Inflated {
  return typeof value === 'object' && value !== null && 'buffer' in value && 'engine' in value;
}
