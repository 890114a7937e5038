// SPDX-License-Identifier: Apache-2.0
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { HeldBytes } from '../core/bytes.ts';
import { Refusal } from '../core/errors.ts';
import { KIB } from '../core/limits.ts';
import { boundExpansion } from './expansion.ts';
import { malformed } from './refuse.ts';

const CHUNK_BYTES = 256 * KIB;

/** Decompressed chunks, as they are asked for; never more than an archive of this size may expand to. */
export async function* gunzip(filename: string, bytes: HeldBytes): AsyncGenerator<Uint8Array> {
  const decompressor = createGunzip({ chunkSize: CHUNK_BYTES });
  // Errors reach the reader below; the callback only keeps `pipeline` from throwing them on its own.
  pipeline(Readable.from(chunksOf(bytes)), decompressor, () => undefined);
  let expanded = 0;
  try {
    for await (const chunk of decompressor as AsyncIterable<Uint8Array>) {
      expanded += chunk.length;
      boundExpansion(filename, bytes.size, expanded);
      yield chunk;
    }
  } catch (thrown) {
    if (thrown instanceof Refusal || !isCompressionFault(thrown)) throw thrown;
    throw malformed(filename, 'is no gzip file, or a damaged one', thrown);
  } finally {
    decompressor.destroy();
  }
}

async function* chunksOf(bytes: HeldBytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.size; at += CHUNK_BYTES) {
    yield await bytes.read(at, Math.min(CHUNK_BYTES, bytes.size - at));
  }
}

function isCompressionFault(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  return typeof code === 'string' && code.startsWith('Z_');
}
