// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Pin } from '../core/installer.ts';
import type { LocalFiles, SignersFor } from '../core/signer-rule.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import type { Upstream } from '../core/upstream.ts';
import type { TrustMemory } from '../trust/memory.ts';
import { approvalEvidence } from './approval.ts';
import { attestationEvidence } from './attestation.ts';
import { checksumEvidence, distributionEvidence } from './checksums.ts';
import { contentsEvidence } from './contents.ts';
import { givenAttestations } from './given-attestations.ts';
import { indexHash } from './index-hash.ts';
import { memoryEvidence } from './memory.ts';
import { openPgpEvidence } from './openpgp.ts';
import { openProvingThread } from './proving-thread.ts';
import type { ProvenanceJudge } from './provenance-judge.ts';
import { pinEvidence } from './pins.ts';
import { rememberedBytes } from './remembered-bytes.ts';
import { readKeptEvidence, rememberProofs } from './remembered-proofs.ts';
import type { SidecarLedger } from './sidecar-ledger.ts';
import type { SignedIndexes } from './signed-indexes.ts';
import { developerEvidence, tufEvidence } from './tuf.ts';

/** What evidence kinds are made from; a new kind adds what it needs. */
export interface EvidenceSources {
  readonly memory: TrustMemory;
  readonly rows: TrustRows;
  readonly clock: Clock;
  readonly pins: readonly Pin[];
  readonly sidecars: SidecarLedger;
  /** Indexes under pinned TUF roots; none where absent. */
  readonly signedIndexes?: Pick<SignedIndexes<unknown>, 'of'>;
  readonly upstream: Upstream;
  /** Files of this machine that the policy names. */
  readonly files: LocalFiles;
  /** Whose own signatures count for a project. */
  readonly signers: SignersFor;
  /** Whose Sigstore bundles over documents count; nobody's where absent. */
  readonly sigstore?: SigstoreSigners;
  /** What publishers' signatures are verified against. */
  readonly trustedRoots: TrustedRoots;
  /** Says what attestations prove; the asking thread where absent. */
  readonly judge?: ProvenanceJudge;
}

import type { SigstoreSigners } from './sigstore-document.ts';
/** Every kind of evidence that is asked for every file: one file each, one line here. */
export const EVIDENCE: readonly ((sources: EvidenceSources) => EvidenceKind)[] = [
  () => indexHash,
  ({ sidecars }) => contentsEvidence(sidecars),
  ({ pins }) => pinEvidence(pins),
  ({ memory }) => memoryEvidence(memory),
  attestationEvidence,
  openPgpEvidence,
  checksumEvidence,
  distributionEvidence,
  ({ rows, clock }) => approvalEvidence(rows, clock),
  ({ signedIndexes }) => tufEvidence(signedIndexes ?? NO_SIGNED_INDEXES),
  ({ signedIndexes }) => developerEvidence(signedIndexes ?? NO_SIGNED_INDEXES),
];

const NO_SIGNED_INDEXES = { of: () => null };

/** Kinds that are asked of a file on disk, where no index page leads to it. */
export const EVIDENCE_AT_HAND = {
  approvals: approvalEvidence,
  checksums: checksumEvidence,
  distribution: distributionEvidence,
  attestations: attestationEvidence,
  contents: contentsEvidence,
  givenAttestations,
  indexHash,
  openPgp: openPgpEvidence,
  pins: pinEvidence,
  rememberedBytes,
  tuf: tufEvidence,
} as const;

export type { ProvenanceJudge } from './provenance-judge.ts';
export { openProvingThread, readKeptEvidence, rememberProofs };
export type { GivenEvidence } from './given-evidence.ts';
export { signedTextAt } from './document-source.ts';
export type { SigstoreSigners };
export { hashesIn, type DocumentHashes } from './document-hashes.ts';
export { dependenciesIn } from './dependencies.ts';
export { readPageCopy } from './page-copy.ts';
export { openPageReader, projectOf } from './page-reader.ts';
export { isOutage } from './server-failure.ts';
export { judgeSidecarIdentity, sidecarDiffers, SidecarLedger } from './sidecar-ledger.ts';
export { SignedIndexes } from './signed-indexes.ts';
export { WheelReadings } from './wheel-readings.ts';
export { wholeAnswer } from './whole-answer.ts';
