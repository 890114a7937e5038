// SPDX-License-Identifier: Apache-2.0
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';

const base = { kind: 'memory', class: 'you', identity: null, code: null } as const;

/**
 * What this trust store remembers of bytes that lie on a disk: nobody says which index they came
 * from, so every one counts.
 */
export function rememberedBytes(rows: Pick<TrustRows, 'recallBySha256' | 'list'>): EvidenceKind {
  const look = (filename: string, project: string, sha256: string): Finding => {
    const same = rows.recallBySha256(sha256);
    const own = same.find((file) => file.filename === filename && file.project === project);
    if (own !== undefined) {
      const since = dateOf(own);
      const identity = `this machine, since ${since}`;
      const detail = `the same bytes as recorded on ${since} from ${own.index}`;
      return { ...base, state: 'vouched', identity, detail };
    }
    const other = rows.list({ project }).find((file) => file.filename === filename);
    if (other !== undefined) {
      const detail = `name reused: recorded sha256 ${other.sha256} on ${dateOf(other)} from ${other.index}, now ${sha256}`;
      return { ...base, state: 'failed', detail, code: 'WP-NAME-REUSED' };
    }
    const [elsewhere] = same;
    const detail =
      elsewhere === undefined ? 'never seen before' : `remembered only as ${elsewhere.filename}`;
    return { ...base, state: 'absent', detail };
  };
  return {
    kind: base.kind,
    class: base.class,
    foresee: ({ filename, project }, sha256) => look(filename, project, sha256),
    examine: async ({ filename, project }, { digests }) => look(filename, project, digests.sha256),
  };
}

const dateOf = ({ firstSeen }: RememberedFile): string =>
  new Date(firstSeen).toISOString().slice(0, 10);
