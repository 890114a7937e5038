// SPDX-License-Identifier: Apache-2.0
import { createHash, type Hash } from 'node:crypto';
import type { SignaturePacket } from 'openpgp';

/** A file's bytes: in memory, or to be read from the start as often as there is need. */
export type SignedBytes = Uint8Array | (() => AsyncIterable<Uint8Array>);

/** RFC 9580, section 9.5, as Node names them; the library refuses the weak ones by itself. */
const ALGORITHMS: Readonly<Record<number, string>> = {
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};
const BINARY = 0x00;
const CHUNK_BYTES = 1_048_576;

/**
 * What signatures over a file's bytes as they are were made over (RFC 9580, section 5.2.4), hashed
 * natively and in one pass for all of them: the library would copy and hash a stream once for each.
 * A signature of another version or type is left to the library.
 */
export async function digestsOf(
  data: SignedBytes,
  packets: readonly SignaturePacket[],
): Promise<ReadonlyMap<SignaturePacket, Uint8Array>> {
  const plain = packets.flatMap((packet) => {
    const { version, signatureType, hashAlgorithm, signatureData } = packet;
    const algorithm = ALGORITHMS[Number(hashAlgorithm)];
    const isPlain = version === 4 && Number(signatureType) === BINARY;
    if (!isPlain || algorithm === undefined || signatureData === null) return [];
    return [{ packet, algorithm, signatureData }];
  });
  const hashes = new Map<string, Hash>();
  for (const { algorithm } of plain) hashes.set(algorithm, createHash(algorithm));
  if (hashes.size === 0) return new Map();
  for await (const chunk of chunksOf(data)) for (const hash of hashes.values()) hash.update(chunk);
  return new Map(
    plain.flatMap(({ packet, algorithm, signatureData }) => {
      const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0]);
      trailer.writeUInt32BE(signatureData.length, 2);
      const hash = hashes.get(algorithm)?.copy().update(signatureData).update(trailer);
      return hash === undefined ? [] : [[packet, new Uint8Array(hash.digest())] as const];
    }),
  );
}

async function* chunksOf(data: SignedBytes): AsyncGenerator<Uint8Array> {
  if (!(data instanceof Uint8Array)) {
    yield* data();
    return;
  }
  for (let at = 0; at < data.length; at += CHUNK_BYTES) yield data.subarray(at, at + CHUNK_BYTES);
}
