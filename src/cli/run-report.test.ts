// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { reason } from '../core/errors.ts';
import type { FoundDistribution } from '../core/host.ts';
import type { RememberedFile } from '../core/trust-rows.ts';
import type { Decision } from '../core/verdict.ts';
import { composeReport } from './run-report.ts';

const FOUND: FoundDistribution = {
  name: 'good',
  version: '1.0',
  distInfo: '/env/good-1.0.dist-info',
  fingerprint: 'x',
  directUrl: null,
  installer: 'uv',
};

const CACHED: RememberedFile = {
  index: 'https://index.test/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  url: 'https://index.test/good-1.0-py3-none-any.whl',
  sha256: 'a'.repeat(64),
  size: 7,
  firstSeen: 0,
  lastSeen: 0,
  verdict: 'first-seen',
  policy: 'p',
};

async function reportOf(objection: Decision | null) {
  const run = {
    installer: { name: 'uv', version: '1', argv: [] },
    policyDigest: 'p',
    wishes: [],
    end: { exit: 0, signal: null, jail: 'none' },
  } as const;
  return await composeReport(run, {
    receipts: [],
    offered: new Map(),
    requested: new Set(),
    before: { found: [], listings: [] },
    after: { found: [FOUND], listings: [] },
    runsProgram: false,
    grounds: {
      recallRelease: () => [CACHED],
      files: {
        record: async () => [{ path: 'good-1.0.dist-info/INSTALLER', sha256: null }],
        list: async () => [],
        digest: async () => null,
        digestEach: async () => [],
        read: async () => null,
        head: async () => null,
        stat: async () => null,
      },
      openWheel: async () => ({
        distInfo: 'good-1.0.dist-info',
        members: [],
        commands: new Set(),
        read: async () => new Uint8Array(),
      }),
    },
    objectionTo: async () => objection,
    refusals: [],
    notes: [],
    otherTraffic: [],
  });
}

test('what came out of the private cache has the receipt of an earlier run', async () => {
  const report = await reportOf(null);
  expect(report.installed).toMatchObject([{ name: 'good', receipt: CACHED.sha256 }]);
  expect(report.files).toMatchObject([{ verdict: 'remembered' }]);
  expect(report.exit).toBe(0);
});

test('what the policy would not let in again is no success because it was cached', async () => {
  const reasons = [reason('WP-NO-VOUCHER', 'its approval has ended')];
  const report = await reportOf({ verdict: 'refused', reasons, findings: [], notes: [] });
  expect(report.files).toMatchObject([{ verdict: 'refused', reasons }]);
  expect(report.exit).toBe(11);
});
