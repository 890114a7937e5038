// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Finding } from '../core/finding.ts';
import { bareListing } from '../core/listed-file.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { TrustMemory } from '../trust/index.ts';
import { EVIDENCE, SidecarLedger } from './index.ts';

const clock = { now: () => 0 };
const rows = openMemoryTrustRows();
const kinds = EVIDENCE.map((make) =>
  make({
    memory: new TrustMemory(rows, clock),
    rows,
    clock,
    pins: [],
    sidecars: new SidecarLedger(),
    upstream: { request: () => Promise.reject(new Error('nothing')), close: async () => {} },
    trustedRoots: () => Promise.reject(new Error('nothing')),
    files: { read: async () => null },
    signers: () => [],
  }),
);
const filename = 'good-1.0-py3-none-any.whl';
const url = `https://files.test/${filename}`;
const artifact = {
  index: 'https://index.test/simple/',
  project: 'good',
  version: '1.0',
  filename,
  kind: 'wheel',
  url,
  listed: { ...bareListing(filename, url), hashes: { sha256: 'a'.repeat(64) } },
} as const;

test.each(kinds.map((kind) => ({ name: kind.kind, kind })))(
  '$name answers for each of a page’s thousands of files without a promise',
  ({ kind }) => {
    expect(kind.foresee(artifact, 'a'.repeat(64))).not.toBeInstanceOf(Promise);
  },
);

test.each(kinds.map((kind) => ({ name: kind.kind, kind })))(
  '$name tells of which releases it knows nothing, and says nothing of them',
  ({ kind }) => {
    const known = kind.foreseeable?.(artifact.index, artifact.project);
    expect(known?.has(artifact.version)).toBe(false);
    expect(kind.foresee(artifact, 'a'.repeat(64))).toSatisfy(
      (finding: Finding | null) => finding === null || finding.state === 'absent',
    );
  },
);
