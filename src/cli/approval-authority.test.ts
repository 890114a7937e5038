// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Artifact } from '../core/artifact.ts';
import type { Finding } from '../core/finding.ts';
import { EVIDENCE_AT_HAND } from '../evidence/index.ts';
import { parseRequirement, satisfied } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { approve } from '../trust/index.ts';

const SHA256 = 'a'.repeat(64);
const KEY = `SSH key SHA256:${'k'.repeat(43)}`;
const ARTIFACT: Artifact = {
  index: 'https://index.example/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0.tar.gz',
  kind: 'sdist',
  url: 'https://files.example/good-1.0.tar.gz',
  listed: null,
};
const CHECKSUMS: Finding = {
  kind: 'checksums',
  class: 'publisher',
  state: 'vouched',
  identity: KEY,
  authorities: [KEY],
  detail: '',
  code: null,
};

test('who signs checksums and approves with one key is one authority', async () => {
  const rows = openMemoryTrustRows();
  const kind = EVIDENCE_AT_HAND.approvals(rows, { now: () => 2 });
  const word = (owner: string) => {
    const wish = { sha256: SHA256, project: null, reason: 'x', owner, expiresAt: null };
    approve(rows, wish, { now: 1, run: 'r' });
  };
  const meets = async (): Promise<boolean> => {
    const bytes = { size: 0, digests: { sha256: SHA256 }, read: async () => new Uint8Array() };
    const approval = await kind.examine(ARTIFACT, bytes);
    const both = [CHECKSUMS, approval];
    return satisfied(parseRequirement('2 of (checksums, approval)'), both);
  };
  word(`ana@team.example (${KEY})`);
  expect(await meets()).toBe(false);
  word('bob');
  expect(await meets()).toBe(true);
});
