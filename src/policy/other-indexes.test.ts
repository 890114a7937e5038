// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Finding } from '../core/finding.ts';
import { decide, type Subject } from './decide.ts';
import { DEFAULT_POLICY, sealPolicy, type PolicyContent } from './policy.ts';

const OLD = 'https://old.test/simple/';
const NEW = 'https://new.test/simple/';
const other = {
  index: OLD,
  project: 'good',
  version: '1.0',
  filename: 'good-1.0.tar.gz',
  url: `${OLD}good-1.0.tar.gz`,
  sha256: 'a'.repeat(64),
  size: 1,
  firstSeen: Date.UTC(2026, 0, 2),
  lastSeen: 0,
  verdict: 'first-seen',
  policy: '',
} as const;

const subject: Subject = {
  index: NEW,
  project: 'good',
  version: '1.0',
  filename: 'good-1.0.tar.gz',
  ageMs: 0,
  now: 0,
  firstUseAnswer: null,
  otherIndexes: { differing: [other], formerIndexes: [OLD] },
};

const vouching = (kind: string): Finding => ({
  kind,
  class: 'you',
  state: 'vouched',
  identity: null,
  detail: '',
  code: null,
});

const judged = (more: Partial<PolicyContent>, kind = 'pins') =>
  decide(sealPolicy({ ...DEFAULT_POLICY, ...more }), subject, [vouching(kind)]);

describe('a project that comes from elsewhere than until now', () => {
  test('is told', () => {
    const { verdict, notes } = judged({});
    expect(verdict).toBe('vouched');
    expect(notes).toEqual([
      expect.stringMatching(/on 2026-01-02, sha256 a{64}; these are others \(WP-INDEXES-DISAGREE/u),
      expect.stringMatching(/expected from https:\/\/old\.test\/simple\/ as until now/u),
    ]);
  });

  test('is refused under strict, the bytes first, with the table that settles it', () => {
    const { verdict, reasons } = judged({ strict: true });
    expect(verdict).toBe('refused');
    expect(reasons.map(({ code }) => code)).toEqual(['WP-INDEXES-DISAGREE', 'WP-INDEX-CHANGED']);
    expect(reasons[1]?.hint).toContain(`[[project]] with name = "good" and index = "${NEW}"`);
  });

  test('is nothing to tell where the policy names the owner, or a person approved it', () => {
    const rule = {
      name: 'good',
      firstUse: null,
      require: null,
      cooldownMs: null,
      index: NEW,
      source: '',
    };
    expect(judged({ strict: true, projects: [rule] })).toMatchObject({ reasons: [], notes: [] });
    expect(judged({ strict: true }, 'approval')).toMatchObject({ reasons: [], notes: [] });
  });
});
