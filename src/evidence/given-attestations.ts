// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import { findingOf, refused } from './attestation.ts';
import type { GivenEvidence } from './given-evidence.ts';

const NONE: Finding = {
  kind: 'attestation',
  class: 'publisher',
  state: 'absent',
  identity: null,
  detail: 'none is at hand',
  code: null,
};

/** The publisher's word as somebody hands it over; every one of them must hold. */
export function givenAttestations(
  given: readonly GivenEvidence[],
  trustedRoots: TrustedRoots,
): EvidenceKind {
  const judge = async (artifact: Artifact, sha256: string): Promise<Finding> => {
    if (given.length === 0) return NONE;
    try {
      // Loaded here, with what reads certificates: an install needs none of it.
      const { judgeGiven } = await import('./given-evidence.ts');
      const roots = await trustedRoots(artifact);
      const file = { filename: artifact.filename, project: artifact.project, sha256 };
      return findingOf(judgeGiven(given, file, roots));
    } catch (thrown) {
      if (thrown instanceof Refusal) return refused(thrown);
      throw thrown;
    }
  };
  return {
    kind: 'attestation',
    class: 'publisher',
    foresee: judge,
    examine: async (artifact, bytes) => await judge(artifact, bytes.digests.sha256),
  };
}
