// SPDX-License-Identifier: Apache-2.0
import type { Reason } from '../core/errors.ts';
import type { Vouchers } from './provenance.ts';
import type { AttestedFile } from './statement.ts';

/** What is asked of the thread that proves; one question at a time. */
export interface ProvingAsk {
  readonly provenance: Uint8Array;
  readonly file: AttestedFile;
  /** `bytes` with the first question that names a root; the thread keeps them. */
  readonly roots: readonly {
    readonly name: string;
    readonly key: number;
    readonly bytes: Uint8Array | null;
  }[];
}

export type ProvingAnswer =
  | { readonly said: Vouchers }
  | { readonly refused: Reason }
  /** A fault of ours, told in words. */
  | { readonly fault: string };
