// SPDX-License-Identifier: Apache-2.0
import type { FileDigest, WantedDigest } from '../core/host.ts';

/** What the thread that digests is started with: who has taken which batch, by the batch's number. */
export interface DigestWork {
  readonly claims: Int32Array;
}

/** A batch is done by whoever claims it first. */
export const FREE = 0;
export const CLAIMED_THERE = 1;
export const CLAIMED_HERE = 2;

/** Lists of plain values, which cost little to send. */
export interface DigestAsk {
  readonly batch: number;
  readonly paths: readonly string[];
  readonly sizes: readonly (number | null)[];
}

export interface DigestAnswer {
  readonly batch: number;
  /** `null`: there is no regular file. */
  readonly sizes: readonly (number | null)[];
  readonly sha256: readonly (string | null)[];
}

export function askFor(batch: number, wanted: readonly WantedDigest[]): DigestAsk {
  return {
    batch,
    paths: wanted.map(({ path }) => path),
    sizes: wanted.map(({ size }) => size),
  };
}

export function answerOf(batch: number, digests: readonly (FileDigest | null)[]): DigestAnswer {
  return {
    batch,
    sizes: digests.map((digest) => digest?.size ?? null),
    sha256: digests.map((digest) => digest?.sha256 ?? null),
  };
}

export function digestAt({ sizes, sha256 }: DigestAnswer, at: number): FileDigest | null {
  const size = sizes[at] ?? null;
  return size === null ? null : { size, sha256: sha256[at] ?? null };
}
