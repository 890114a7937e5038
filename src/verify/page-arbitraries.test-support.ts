// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import type { IndexPage, ListedFile } from '../core/artifact.ts';
import type { Code } from '../core/codes.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { Pin } from '../core/installer.ts';
import { bareListing } from '../core/listed-file.ts';
import type { RememberedFile, TrustRows } from '../core/trust-rows.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';

export const HOME = 'https://index.test/simple/';
export const OTHER = 'https://other.test/simple/';
export const DAY = 86_400_000;
export const START = Date.UTC(2026, 0, 2);
export const A = 'a'.repeat(64);
export const B = 'b'.repeat(64);
/** Of most nothing is to be remarked. */
const PLAIN = ['1.0', '1.1', '2.0', '3.0rc1'].flatMap((version) => [
  `good-${version}.tar.gz`,
  `good-${version}-py3-none-any.whl`,
  `good-${version}-cp312-cp312-manylinux_2_17_x86_64.whl`,
]);
const ODD = ['good-1.0-1-py3-none-any.whl', 'good-2.0+cpu-py3-none-any.whl'];

export const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...PLAIN) },
  fc.constantFrom(...ODD),
);
const sha256 = fc.constantFrom(...Array.from({ length: 12 }, () => A), B);
export const file: fc.Arbitrary<ListedFile> = fc
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
export const page: fc.Arbitrary<IndexPage> = fc.record({
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

export const remembered: fc.Arbitrary<RememberedFile> = fc
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
export const approval = fc.record({
  sha256,
  project: fc.constantFrom('good', null),
  reason: fc.constant('looked at'),
  owner: fc.constant('me'),
  createdAt: fc.constant(0),
  expiresAt: fc.constantFrom(null, START + 3 * DAY),
});
export const pin: fc.Arbitrary<Pin> = fc.record({
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
export const store = fc.record({
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
export type Store = typeof store extends fc.Arbitrary<infer T> ? T : never;

const lifting = (rule: Code) => {
  const expires = START + 3 * DAY;
  const said = { reason: 'known', owner: 'me', source: 'test' };
  return { project: 'good', version: '==1.0', rule, expires, ...said };
};
export const policy: fc.Arbitrary<Policy> = fc
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

export interface Visit {
  readonly url: string;
  readonly page: IndexPage;
  readonly kept: boolean;
}
export const visit: fc.Arbitrary<Visit> = fc.record({
  url: fc.constantFrom(`${HOME}good/`, `${HOME}good/`, `${OTHER}good/`),
  page,
  kept: fc.constantFrom(false, false, false, true),
});
/** Runs, each with the pages that it asks for. */
export const runs = fc.array(fc.array(visit, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 3,
});

export function filled({ files, approvals, hosts }: Store): TrustRows {
  const rows = openMemoryTrustRows();
  for (const one of files) rows.remember(one);
  for (const one of approvals) rows.approve(one);
  for (const host of hosts) rows.rememberHost({ index: HOME, host, firstSeen: 0 });
  return rows;
}
