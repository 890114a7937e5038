// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { Clock } from '../core/clock.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { validApprovals } from '../trust/approvals.ts';
import { UntilTurn } from '../trust/until-turn.ts';

const base = { kind: 'approval', class: 'you' } as const;

const NOT_APPROVED: Finding = {
  ...base,
  state: 'absent',
  identity: null,
  detail: 'not approved',
  code: null,
};

/** One key is one authority, whether it approves or signs checksums (`readSignedApproval`). */
function authorityOf(owner: string): string {
  return /\((SSH key SHA256:[\w+/]+)\)$/u.exec(owner)?.[1] ?? owner;
}

/** A person's own word for exactly these bytes. */
export function approvalEvidence(rows: TrustRows, clock: Clock): EvidenceKind {
  const any = new UntilTurn<'any', boolean>();
  const look = (artifact: Artifact, sha256: string): Finding => {
    const approvals = validApprovals(rows, sha256, artifact.project, clock.now());
    const [approval] = approvals;
    if (approval === undefined) {
      return NOT_APPROVED;
    }
    const detail = `approved by ${approval.owner}: ${approval.reason}`;
    const authorities = [...new Set(approvals.map(({ owner }) => authorityOf(owner)))];
    const isPlain = authorities.length === 1 && authorities[0] === approval.owner;
    const vouched = { ...base, state: 'vouched', identity: approval.owner, detail } as const;
    return { ...vouched, ...(isPlain ? {} : { authorities }), code: null };
  };
  const isSome = (): boolean => any.get('any', () => rows.listApprovals().length > 0);
  return {
    kind: base.kind,
    class: base.class,
    foresee(artifact, declaredSha256) {
      return isSome() ? look(artifact, declaredSha256) : NOT_APPROVED;
    },
    foreseeable: () => (isSome() ? null : NO_RELEASE),
    examine: async (artifact, bytes) => look(artifact, bytes.digests.sha256),
  };
}
