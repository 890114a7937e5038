// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { TrustedRoots } from '../core/trusted-roots.ts';
import type { Upstream } from '../core/upstream.ts';
import { EVIDENCE_AT_HAND } from '../evidence/index.ts';
import { pageKey, type PageAnswer } from './index-pages.ts';
import type { PageMemory } from './locked-files.ts';
import { asIfListed } from './own-verdict.ts';

export interface LockSources {
  readonly roots: TrustedRoots;
  /** `null`: nothing outside is asked. */
  readonly upstream: Upstream | null;
  /** The pages that were asked for. */
  readonly pages: ReadonlyMap<string, PageAnswer>;
  readonly memory: Pick<PageMemory, 'isProved'>;
}

const base = { kind: 'attestation', class: 'publisher', identity: null } as const;

/**
 * The publisher's word on what a lock names: fetched where its page was asked for, otherwise as it
 * was proved for the very same bytes before.
 */
export function lockAttestations({ roots, upstream, pages, memory }: LockSources): EvidenceKind {
  const asked =
    upstream === null ? null : EVIDENCE_AT_HAND.attestations({ upstream, trustedRoots: roots });
  const unasked = (artifact: Artifact, sha256: string): Finding => {
    const isProved = memory.isProved(artifact.project, sha256);
    return isProved
      ? {
          ...base,
          // What was proved of these bytes takes its place, unless its root counts no more.
          state: 'unreachable',
          detail: 'it was proved before, and not asked for again',
          code: 'WP-UPSTREAM-UNREACHABLE',
        }
      : { ...base, state: 'absent', detail: 'none is at hand', code: null };
  };
  return {
    kind: base.kind,
    class: base.class,
    foresee: () => null,
    async examine(artifact, bytes) {
      const page = pages.get(pageKey(artifact));
      if (page === undefined || asked === null) return unasked(artifact, bytes.digests.sha256);
      if (!(page instanceof Refusal)) return await asked.examine(artifact, bytes);
      return { ...base, state: 'unreachable', detail: page.message, code: page.code };
    },
  };
}

/** Whose publisher was proved before is held against those who published the releases before it. */
export function asProved(
  memory: LockSources['memory'],
  pages: LockSources['pages'],
  artifact: Artifact,
  sha256: string,
): Artifact {
  if (pages.has(pageKey(artifact))) return artifact;
  return memory.isProved(artifact.project, sha256) ? asIfListed(artifact) : artifact;
}
