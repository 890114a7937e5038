// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IndexPage, ListedFile } from '../core/artifact.ts';
import type { Code } from '../core/codes.ts';
import type { EvidenceKind, PageReading } from '../core/evidence.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import { bareListing } from '../core/listed-file.ts';
import type { Pin } from '../core/installer.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import { EVIDENCE, SidecarLedger } from '../evidence/index.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { openMemoryBlobStore, openMemoryTrustRows } from '../storage/index.ts';
import { TrustMemory } from '../trust/index.ts';
import { Verifier } from './verifier.ts';

const HOME = 'https://index.test/simple/';
const OTHER = 'https://other.test/simple/';
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 2);
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
/** Of most nothing is to be remarked. */
const PLAIN = ['1.0', '1.1', '2.0', '3.0rc1'].flatMap((version) => [
  `good-${version}.tar.gz`,
  `good-${version}-py3-none-any.whl`,
  `good-${version}-cp312-cp312-manylinux_2_17_x86_64.whl`,
]);
const ODD = ['good-1.0-1-py3-none-any.whl', 'good-2.0+cpu-py3-none-any.whl'];

const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...PLAIN) },
  fc.constantFrom(...ODD),
);
const sha256 = fc.constantFrom(...Array.from({ length: 12 }, () => A), B);
const file: fc.Arbitrary<ListedFile> = fc
  .record({
    filename: name,
    sha256: fc.oneof({ weight: 19, arbitrary: sha256 }, fc.constant(null)),
    origin: fc.constantFrom(
      ...Array.from({ length: 12 }, () => 'https://files.test'),
      'https://files.test:444',
      'https://index.test',
      'https://127.0.0.1',
      'https://files.test.evil.test',
    ),
    yanked: fc.constantFrom<false | string>(false, false, false, 'broken'),
    uploadTime: fc.constantFrom(
      ...Array.from({ length: 12 }, () => '2026-01-01T00:00:00Z'),

      '2026-01-01T00:00:00Z',
      '2026-01-01T09:00:00Z',
      '2026-03-01T00:00:00Z',
      null,
    ),
    provenance: fc.constantFrom(
      ...Array.from({ length: 12 }, () => null),
      'https://index.test/provenance',
    ),
  })
  .map(({ filename, sha256: hash, origin, ...said }) => {
    const hashes = hash === null ? { md5: 'c'.repeat(32) } : { sha256: hash };
    return { ...bareListing(filename, `${origin}/f/${filename}`), hashes, ...said };
  });
const byName = { selector: ({ filename }: { readonly filename: string }): string => filename };
const refusedEntry = name.map((filename) => {
  const url = `https://files.test/f/${filename}`;
  return { filename, url, code: 'WP-ENTRY-MALFORMED', message: 'odd', file: null } as const;
});
const page: fc.Arbitrary<IndexPage> = fc.record({
  project: fc.constantFrom('good', 'good', 'good', 'good', null),
  apiVersion: fc.constant('1.4'),
  status: fc.constantFrom('active', 'active', 'active', 'active', 'quarantined', 'archived'),
  statusReason: fc.constant(null),
  files: fc.uniqueArray(file, { ...byName, minLength: 4 }),
  refused: fc.array(refusedEntry, { maxLength: 1 }),
  lastSerial: fc.constant(null),
  skipped: fc.array(
    fc.record({
      filename: fc.constant('good-1.0-cp39-cp39-win32.whl'),
      sha256,
      yanked: fc.boolean(),
      uploadTime: fc.constantFrom('2025-01-01T00:00:00Z', null),
    }),
    { maxLength: 1 },
  ),
});

const remembered: fc.Arbitrary<RememberedFile> = fc
  .record({
    index: fc.constantFrom(HOME, HOME, HOME, OTHER, 'direct:https://files.test'),
    filename: name,
    sha256: fc.constantFrom(A, B),
  })
  .map(({ index, filename, sha256: hash }) => ({
    index,
    project: 'good',
    version: parseDistributionFilename(filename, 'good')?.version ?? '',
    filename,
    url: `https://files.test/f/${filename}`,
    sha256: hash,
    size: 1,
    firstSeen: START,
    lastSeen: START,
    verdict: 'first-seen',
    policy: 'p',
  }));
const approval = fc.record({
  sha256,
  project: fc.constantFrom('good', null),
  reason: fc.constant('looked at'),
  owner: fc.constant('me'),
  createdAt: fc.constant(0),
  expiresAt: fc.constantFrom(null, START + 3 * DAY),
});
const pin: fc.Arbitrary<Pin> = fc.record({
  project: fc.constantFrom('good', 'other'),
  version: fc.constantFrom('1.0', null),
  filename: fc.oneof(fc.constant(null), name),
  url: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    name.map((filename) => `https://files.test/f/${filename}`),
  ),
  hashes: fc.constantFrom({ sha256: A }, { sha256: B }),
  where: fc.constant('a lock file'),
});
const store = fc.record({
  pins: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    fc.array(pin, { minLength: 1, maxLength: 2 }),
  ),
  files: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    fc.array(remembered, { maxLength: 3 }),
  ),
  approvals: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(approval, { maxLength: 1 }),
  ),
  hosts: fc.subarray(['files.test', 'files.test:444']),
});
type Store = typeof store extends fc.Arbitrary<infer T> ? T : never;

const lifting = (rule: Code) => {
  const expires = START + 3 * DAY;
  const said = { reason: 'known', owner: 'me', source: 'test' };
  return { project: 'good', version: '==1.0', rule, expires, ...said };
};
const policy: fc.Arbitrary<Policy> = fc
  .record({
    strict: fc.constantFrom(false, false, false, true),
    cooldownMs: fc.constantFrom(0, 0, 0, 4 * DAY),
    firstUse: fc.constantFrom('accept', 'accept', 'accept', 'refuse', 'ask'),
    allowHosts: fc.constantFrom(null, null, null, ['files.test']),
    index: fc.constantFrom(null, null, HOME, OTHER),
    exceptions: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.subarray([lifting('WP-HOST-NOT-ALLOWED'), lifting('WP-FIRST-USE')]),
    ),
  })
  .map(({ index, ...more }) => {
    const rule = { name: 'good', firstUse: null, require: null, cooldownMs: null, source: 'test' };
    return { ...DEFAULT_POLICY, ...more, projects: index === null ? [] : [{ ...rule, index }] };
  });

interface Visit {
  readonly url: string;
  readonly page: IndexPage;
  readonly kept: boolean;
}
const visit: fc.Arbitrary<Visit> = fc.record({
  url: fc.constantFrom(`${HOME}good/`, `${HOME}good/`, `${OTHER}good/`),
  page,
  kept: fc.constantFrom(false, false, false, true),
});
/** Runs, each with the pages that it asks for. */
const runs = fc.array(fc.array(visit, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 3,
});

function filled({ files, approvals, hosts }: Store): TrustRows {
  const rows = openMemoryTrustRows();
  for (const one of files) rows.remember(one);
  for (const one of approvals) rows.approve(one);
  for (const host of hosts) rows.rememberHost({ index: HOME, host, firstSeen: 0 });
  return rows;
}

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
    const clock = { now: () => START + run * 2 * DAY };
    const memory = new TrustMemory(rows, clock);
    const sidecars = new SidecarLedger();
    const upstream = { request: () => Promise.reject(new Error('nothing')), close: async () => {} };
    const nothing = { trustedRoots: () => Promise.reject(new Error('nothing')), signers: () => [] };
    const sources = { memory, rows, clock, pins, sidecars, upstream, ...nothing };
    const kinds = EVIDENCE.map((make) => make({ ...sources, files: { read: async () => null } }));
    let now: Visit | undefined;
    const pages = {
      read: async (): Promise<PageReading> => {
        if (now === undefined) throw new Error('nobody asks');
        const kept = now.kept ? { keptAt: 0 } : {};
        return { outcome: 'page', page: now.page, url: now.url, form: 'json', ...kept };
      },
    };
    const notes: string[] = [];
    const verifier = new Verifier({
      upstream,
      rows,
      memory,
      clock,
      policy: rules,
      pages,
      sidecars,
      blobs: openMemoryBlobStore(),
      evidence: kinds.map(kindOf),
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
