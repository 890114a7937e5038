// SPDX-License-Identifier: Apache-2.0
import type { Hashes } from './artifact.ts';

/** A file's bytes at rest, readable at any place, with what was computed while they came. */
export interface HeldBytes {
  readonly size: number;
  /** Always `sha256`; others where something stated them. */
  readonly digests: Hashes & { readonly sha256: string };
  /** All of them, where they lie in memory anyway: nobody changes them. */
  readonly whole?: Uint8Array;
  /** Exactly `length` bytes from `position`, fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Bytes in a place that others will lie in, once they were given back; never, where they are not. */
export interface LentBytes {
  readonly bytes: Uint8Array;
  giveBack(): void;
}
