// SPDX-License-Identifier: Apache-2.0
import type { Artifact } from '../core/artifact.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { NO_RELEASE, type EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';

const base = { kind: 'index-hash', class: 'integrity', identity: null } as const;

/**
 * The hashes and the size that the index page states: integrity, never a voucher, since whoever
 * changes the file on the index changes them too.
 */
export const indexHash: EvidenceKind = {
  kind: base.kind,
  class: base.class,

  foresee: () => null,
  foreseeable: () => NO_RELEASE,

  digestsWanted: (artifact) => Object.keys(artifact.listed?.hashes ?? {}),

  async examine(artifact: Artifact, bytes: HeldBytes): Promise<Finding> {
    const { listed } = artifact;
    if (listed === null) {
      return { ...base, state: 'absent', detail: 'no index page led to this file', code: null };
    }
    if (listed.size !== null && listed.size !== bytes.size) {
      const detail = `the index page says ${listed.size} bytes, the file has ${bytes.size}`;
      return { ...base, state: 'failed', detail, code: 'WP-SIZE-MISMATCH' };
    }
    const compared = Object.entries(listed.hashes).filter(
      ([algorithm]) => bytes.digests[algorithm] !== undefined,
    );
    for (const [algorithm, expected] of compared) {
      const found = bytes.digests[algorithm];
      if (found !== expected) {
        const detail = `${algorithm} on the index page ${expected}, of the bytes ${found}`;
        return { ...base, state: 'failed', detail, code: 'WP-HASH-MISMATCH' };
      }
    }
    return compared.length === 0
      ? { ...base, state: 'absent', detail: 'no hash of an index page is at hand', code: null }
      : {
          ...base,
          state: 'vouched',
          detail: `${compared.map(([algorithm]) => algorithm).join(', ')} as on the index page`,
          code: null,
        };
  },
};
