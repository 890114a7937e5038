// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';

/** A Merkle tree as RFC 6962, 2.1 defines it, hashed anew for each question. */
export class LogTree {
  readonly #leaves: Buffer[] = [];

  /** @returns the entry's index */
  append(entry: Uint8Array): number {
    this.#leaves.push(hash(0, entry));
    return this.#leaves.length - 1;
  }

  get size(): number {
    return this.#leaves.length;
  }

  root(): Buffer {
    return rootOf(this.#leaves);
  }

  /** Siblings from the leaf upwards. */
  path(index: number): readonly Buffer[] {
    return pathOf(index, this.#leaves);
  }
}

function hash(prefix: 0 | 1, ...parts: readonly Uint8Array[]): Buffer {
  const hashed = createHash('sha256').update(Buffer.from([prefix]));
  for (const part of parts) hashed.update(part);
  return hashed.digest();
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return only;
  const half = splitOf(leaves.length);
  return hash(1, rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

function pathOf(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const half = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...pathOf(index, left), rootOf(right)]
    : [...pathOf(index - half, right), rootOf(left)];
}

/** The largest power of two below this size. */
function splitOf(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}
