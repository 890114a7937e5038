// SPDX-License-Identifier: Apache-2.0
import type { NamedRoot } from '../core/trusted-roots.ts';
import type { Vouchers } from './provenance.ts';
import type { AttestedFile } from './statement.ts';

export interface Proving {
  /** A provenance object (PEP 740), as it came. */
  readonly provenance: Uint8Array;
  readonly file: AttestedFile;
  readonly roots: readonly NamedRoot[];
}

/** Says what a provenance object proves of a file: here, on another thread, or from memory. */
export interface ProvenanceJudge {
  /** There will be something to judge soon. Never throws. */
  prepare(): void;
  /** @throws Refusal `WP-ATTESTATION-*`, `WP-TRUSTED-ROOT`; `WP-INTERNAL` where it cannot be said */
  judge(proving: Proving): Promise<Vouchers>;
  close(): Promise<void>;
}

/** On the thread that asks; the code comes with the first question. */
export const judgeHere: ProvenanceJudge = {
  prepare: () => undefined,
  async judge({ provenance, file, roots }) {
    const { judgeProvenance } = await import('./provenance.ts');
    return judgeProvenance(provenance, file, roots);
  },
  close: async () => {},
};
