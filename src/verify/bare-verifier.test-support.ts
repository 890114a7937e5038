// SPDX-License-Identifier: Apache-2.0
import type { EvidenceKind, PageReader } from '../core/evidence.ts';
import type { Pin } from '../core/installer.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { Upstream } from '../core/upstream.ts';
import { EVIDENCE, SidecarLedger } from '../evidence/index.ts';
import { openMemoryBlobStore } from '../storage/index.ts';
import { TrustMemory } from '../trust/index.ts';
import { Verifier, type VerifierParts } from './verifier.ts';

type Given = 'policy' | 'wishes' | 'askFirstUse' | 'run' | 'note' | 'knownPages' | 'ahead';

export interface BareParts extends Pick<VerifierParts, Given> {
  readonly rows: TrustRows;
  /** Milliseconds since 1970; the clock stands still. */
  readonly now: number;
  readonly pages: PageReader;
  readonly upstream: Upstream;
  readonly pins?: readonly Pin[];
  readonly kindOf?: (kind: EvidenceKind) => EvidenceKind;
}

/** One run's verifier with all evidence there is; nothing is attested, signed or stored. */
export function openBareVerifier(parts: BareParts): Verifier {
  const { rows, now, upstream, pins = [], kindOf = (kind) => kind } = parts;
  const clock = { now: () => now };
  const memory = new TrustMemory(rows, clock);
  const sidecars = new SidecarLedger();
  const nothing = { trustedRoots: () => Promise.reject(new Error('nothing')), signers: () => [] };
  const files = { read: async () => null };
  const sources = { memory, rows, clock, pins, sidecars, upstream, files, ...nothing };
  const evidence = EVIDENCE.map((make) => kindOf(make(sources)));
  return new Verifier({
    ...parts,
    memory,
    clock,
    sidecars,
    evidence,
    blobs: openMemoryBlobStore(),
  });
}
