// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Code } from '../core/codes.ts';
import type { EvidenceClass, Finding, FindingState } from '../core/finding.ts';
import { decide } from './decide.ts';
import { saysAbsent } from './ownership.ts';
import { DEFAULT_POLICY, sealPolicy } from './policy.ts';

const INDEX = 'https://packages.example/simple/';

const finding = (
  kind: string,
  evidenceClass: EvidenceClass,
  state: FindingState = 'vouched',
  code: Code | null = null,
): Finding => ({ kind, class: evidenceClass, state, identity: null, detail: 'so it is', code });

test('one that cannot be reached is needed for what is new, whoever else vouches', () => {
  const silent = finding('tuf', 'repository', 'unreachable', 'WP-TUF-UNREACHABLE');
  const memory = finding('memory', 'you');
  const subject = {
    index: INDEX,
    project: 'demo',
    version: '1.0',
    filename: 'demo-1.0.tar.gz',
    ageMs: null,
    now: 1,
    firstUseAnswer: null,
  };
  const verdictOf = (...found: readonly Finding[]) =>
    decide(DEFAULT_POLICY, subject, [finding('index-hash', 'integrity'), ...found]).verdict;
  for (const other of [
    finding('pins', 'you'),
    finding('attestation', 'publisher'),
    finding('approval', 'you'),
  ]) {
    expect(verdictOf(silent, other)).toBe('undecided');
    expect(verdictOf(silent, other, memory)).toBe('vouched');
  }
  expect(verdictOf(silent, memory)).toBe('remembered');
});

test('one says that it has no such project by what is signed, and by no status', () => {
  const rule = { name: null, url: INDEX, allowHosts: null, source: 'here' };
  const lenient = { ...rule, absentStatus: [403] };
  const pinned = {
    ...rule,
    tuf: { sha256: '', root: null, repository: 'https://packages.example/' },
  };
  const says = (...indexes: readonly (typeof rule)[]) =>
    saysAbsent(sealPolicy({ ...DEFAULT_POLICY, indexes }), INDEX, 403);
  expect(says(lenient)).toBe(true);
  expect(says(pinned, lenient)).toBe(false);
  expect(says({ ...lenient, ...pinned })).toBe(false);
});
