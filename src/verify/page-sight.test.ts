// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvidenceKind, PageReading } from '../core/evidence.ts';
import type { Pin } from '../core/installer.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import type { Policy } from '../policy/index.ts';
import { openBareVerifier } from './bare-verifier.test-support.ts';
import {
  DAY,
  filled,
  HOME,
  OTHER,
  policy,
  runs,
  START,
  store,
  type Visit,
} from './page-arbitraries.test-support.ts';

/** Every run's answers, and what the store holds in the end. */
async function play(
  rules: Policy,
  rows: TrustRows,
  visits: readonly (readonly Visit[])[],
  pins: readonly Pin[],
  kindOf: (kind: EvidenceKind) => EvidenceKind,
) {
  const told: unknown[] = [];
  for (const [run, asked] of visits.entries()) {
    let now: Visit | undefined;
    const pages = {
      read: async (): Promise<PageReading> => {
        if (now === undefined) throw new Error('nobody asks');
        const kept = now.kept ? { keptAt: 0 } : {};
        return { outcome: 'page', page: now.page, url: now.url, form: 'json', ...kept };
      },
    };
    const notes: string[] = [];
    const verifier = openBareVerifier({
      rows,
      now: START + run * 2 * DAY,
      policy: rules,
      pages,
      upstream: { request: () => Promise.reject(new Error('nothing')), close: async () => {} },
      pins,
      kindOf,
      wishes: [{ project: 'good', specifier: '>=2', where: 'test' }],
      askFirstUse: async () => true,
      run: String(run),
      note: (sentence) => notes.push(sentence),
    });
    for (now of asked) {
      const outcome = await verifier.page({ url: now.url, credentials: {} });
      told.push(outcome.outcome === 'blocked' ? outcome.refusal.message : outcome);
      // The next page is asked for later.
      await new Promise((resolve) => setImmediate(resolve));
    }
    told.push(verifier.receipts(), verifier.offered(), notes);
  }
  const listings = [HOME, OTHER].map((index) => rows.recallListings(index, 'good'));
  return { told, listings, pages: rows.listPages({}), trail: rows.auditTrail({}) };
}

test('what passes on sight passes the judgement of each file, whatever is known and whenever', async () => {
  let [sight, each] = [0, 0];
  const counted = (kind: EvidenceKind, count: () => void): EvidenceKind => ({
    ...kind,
    foresee: (...asked) => {
      count();
      return kind.foresee(...asked);
    },
  });
  await fc.assert(
    fc.asyncProperty(policy, store, runs, async (rules, kept, visits) => {
      const short = await play(rules, filled(kept), visits, kept.pins, (kind) =>
        counted(kind, () => (sight += 1)),
      );
      const general = await play(rules, filled(kept), visits, kept.pins, (kind) => {
        return { ...counted(kind, () => (each += 1)), foreseeable: () => null };
      });
      expect(short).toEqual(general);
    }),
    { numRuns: 1_000 },
  );
  expect(sight).toBeLessThan(each);
});
