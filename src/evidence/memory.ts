// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustMemory } from '../trust/memory.ts';

const base = { kind: 'memory', class: 'you' } as const;

/** What this trust store accepted before, under the same index, project and file name. */
export function memoryEvidence(memory: TrustMemory): EvidenceKind {
  const compare = (artifact: Artifact, sha256: string): Finding => {
    const remembered = memory.recall(artifact);
    if (remembered === null) {
      return { ...base, state: 'absent', identity: null, detail: 'never seen before', code: null };
    }
    const date = new Date(remembered.firstSeen).toISOString().slice(0, 10);
    if (remembered.sha256 === sha256) {
      const identity = `this machine, since ${date}`;
      const detail = `the same bytes as recorded on ${date}`;
      return { ...base, state: 'vouched', identity, detail, code: null };
    }
    const detail =
      `name reused: bytes differ from those recorded on ${date}; ` +
      `recorded sha256 ${remembered.sha256}, now ${sha256}`;
    return { ...base, state: 'failed', identity: null, detail, code: 'WP-NAME-REUSED' };
  };
  return {
    kind: base.kind,
    class: base.class,
    foresee: (artifact, declaredSha256) => compare(artifact, declaredSha256),
    foreseeable: (index, project) => memory.releasesOf(index, project),
    examine: async (artifact: Artifact, bytes: HeldBytes) =>
      compare(artifact, bytes.digests.sha256),
  };
}
