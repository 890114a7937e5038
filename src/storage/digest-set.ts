// SPDX-License-Identifier: Apache-2.0
import { createHash, getHashes, hash, type Hash } from 'node:crypto';
import type { Hashes } from '../core/artifact.ts';

export type Digests = Hashes & { readonly sha256: string };

/**
 * Index pages name algorithms as Python's hashlib does. Those with a chosen length (blake2b_256,
 * shake_128) are not offered by node:crypto.
 */
const NODE_NAMES: Readonly<Record<string, string>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
};

const ALWAYS: readonly string[] = ['sha256'];
let offeredHere: ReadonlySet<string> | null = null;

/** Those of `wanted` that this machine can compute, sha256 first. */
export function supportedAlgorithms(wanted: readonly string[] = []): readonly string[] {
  if (wanted.length === 0) return ALWAYS;
  const offered = (offeredHere ??= new Set(getHashes()));
  const supported = wanted.filter(
    (name) => Object.hasOwn(NODE_NAMES, name) && offered.has(NODE_NAMES[name] ?? ''),
  );
  return [...new Set(['sha256', ...supported])];
}

/** The digests of bytes that lie in memory as a whole. */
export function digestsOf(bytes: Uint8Array, algorithms: readonly string[]): Digests {
  const digests: Record<string, string> & { sha256: string } = { sha256: '' };
  for (const name of supportedAlgorithms(algorithms)) {
    digests[name] = hash(NODE_NAMES[name] ?? name, bytes, 'hex');
  }
  return digests;
}

/** Several digests of one stream of bytes. */
export class DigestSet {
  readonly #hashes: ReadonlyMap<string, Hash>;
  #known: Digests | null = null;

  constructor(algorithms: readonly string[] = []) {
    const supported = supportedAlgorithms(algorithms);
    this.#hashes = new Map(supported.map((name) => [name, createHash(NODE_NAMES[name] ?? name)]));
  }

  update(bytes: Uint8Array): void {
    this.#known = null;
    for (const one of this.#hashes.values()) one.update(bytes);
  }

  /** Of everything so far; more may follow. */
  digests(): Digests {
    if (this.#known !== null) return this.#known;
    const digests: Record<string, string> & { sha256: string } = { sha256: '' };
    for (const [name, one] of this.#hashes) digests[name] = one.copy().digest('hex');
    this.#known = digests;
    return digests;
  }
}
