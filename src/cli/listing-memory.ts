// SPDX-License-Identifier: Apache-2.0
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { PageMemory } from './locked-files.ts';

const base = { kind: 'index-memory', class: 'integrity', identity: null, code: null } as const;

/** The digest that an index page was seen to list: integrity, like the index's own word. */
export function listingMemory(memory: PageMemory): EvidenceKind {
  const look = (index: string, project: string, filename: string, sha256: string): Finding => {
    const listing = memory.listings(index, project).get(filename);
    if (listing === undefined || listing.sha256 === null) {
      return { ...base, state: 'absent', detail: 'no page was seen to list it' };
    }
    const since = new Date(listing.firstSeen).toISOString().slice(0, 10);
    if (listing.sha256 !== sha256) {
      const detail = `its index listed it with sha256 ${listing.sha256} on ${since}; the lock states ${sha256}`;
      return { ...base, state: 'failed', detail, code: 'WP-HASH-MISMATCH' };
    }
    const gone = listing.change === 'gone' ? ', and lists it no more' : '';
    return { ...base, state: 'vouched', detail: `as its index listed it on ${since}${gone}` };
  };
  return {
    kind: base.kind,
    class: base.class,
    foresee: ({ index, project, filename }, sha256) => look(index, project, filename, sha256),
    examine: async ({ index, project, filename }, { digests }) =>
      look(index, project, filename, digests.sha256),
  };
}
