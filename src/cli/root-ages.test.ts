// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FindingState } from '../core/finding.ts';
import type { Receipt } from '../core/verification.ts';
import { placesOf } from '../host/index.ts';
import { DEFAULT_POLICY } from '../policy/index.ts';
import { openPublicGoodRoot, SEED_ID, SEEDED_AT } from '../trust/public-good-root.ts';
import { tellRootAges } from './root-ages.ts';
import { openHeldRoots } from './trusted-roots.ts';

const DAY = 24 * 3_600_000;
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'wheelproof-ages-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function receipt(state: FindingState): Receipt {
  const finding = { kind: 'attestation', class: 'publisher', identity: null, detail: '' } as const;
  return {
    artifact: {
      index: 'https://index.example/simple/',
      project: 'demo',
      version: '1.0',
      filename: 'demo-1.0.tar.gz',
      url: 'https://index.example/demo-1.0.tar.gz',
      kind: 'sdist',
      listed: null,
    },
    sha256: null,
    size: null,
    at: 0,
    asked: true,
    decision: {
      verdict: 'first-seen',
      reasons: [],
      notes: [],
      findings: [{ ...finding, state, code: null }],
    },
  };
}

const tell = async (state: FindingState, days: number, policy = DEFAULT_POLICY) =>
  await tellRootAges(placesOf({}, home), policy, {
    receipts: [receipt(state)],
    clock: { now: () => SEEDED_AT + days * DAY },
  });

test('the age of the root is told; that it is old, only where it was needed', async () => {
  const seed = { name: 'public-good', id: SEED_ID, checked: '2026-11-05T00:00:00.000Z' };
  expect(await tell('vouched', 179)).toEqual({ ages: [{ ...seed, age_days: 179 }], notes: [] });
  expect((await tell('absent', 400)).notes).toEqual([]);
  expect((await tell('failed', 180)).notes).toEqual([
    'the trusted root "public-good" was last brought up to date 180 days ago: `wheelproof trust root update`',
  ]);
});

test('of each root that the policy names, as it is kept', async () => {
  const roots = await openHeldRoots(placesOf({}, home));
  const { bytes, id } = await openPublicGoodRoot();
  const at = SEEDED_AT + 100 * DAY;
  const origin = { kind: 'file', from: 'root.json', version: null } as const;
  await roots.save({ name: 'corp', bytes, id, origin, since: at, checkedAt: at, pin: null });
  const sigstore = [{ roots: ['corp', 'gone'], projects: null, indexes: null, source: '' }];
  const { ages } = await tell('vouched', 150, { ...DEFAULT_POLICY, sigstore });
  expect(ages.map(({ name, age_days }) => [name, age_days])).toEqual([
    ['public-good', 150],
    ['corp', 50],
  ]);
});
