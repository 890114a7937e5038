// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Finding } from '../core/finding.ts';
import { judgeRemark } from './remarks.ts';

const finding = (over: Partial<Finding>): Finding => ({
  kind: 'pins',
  class: 'you',
  state: 'vouched',
  identity: null,
  detail: '',
  code: null,
  ...over,
});
const memory = finding({ kind: 'memory' });
const pins = finding({});
const publisher = finding({ kind: 'attestation', class: 'publisher' });
const hash = finding({ kind: 'index-hash', class: 'integrity' });
const absent = finding({ kind: 'approval', state: 'absent' });

const approval = finding({ kind: 'approval' });

describe('a remark on who publishes', () => {
  test.each(['WP-PUBLISHER-CHANGED', 'WP-PUBLISHER-LOST'] as const)(
    '%s blocks, but for bytes that somebody accepted: a lock file is no such word',
    (code) => {
      expect(judgeRemark(code, false, [])).toBe('block');
      expect(judgeRemark(code, false, [pins, publisher])).toBe('block');
      expect(judgeRemark(code, false, [memory])).toBe('lifted');
      expect(judgeRemark(code, true, [approval])).toBe('lifted');
    },
  );

  test('a missing publisher whom the policy names is lifted by an approval alone', () => {
    for (const one of [memory, pins, publisher]) {
      expect(judgeRemark('WP-PUBLISHER-MISSING', false, [one])).toBe('block');
    }
    expect(judgeRemark('WP-PUBLISHER-MISSING', true, [approval])).toBe('lifted');
  });

  test.each(['WP-PUBLISHER-CLAIMED', 'WP-PUBLISHER-MIXED'] as const)('%s is a note', (code) => {
    expect(judgeRemark(code, false, [pins])).toBe('note');
    expect(judgeRemark(code, true, [pins])).toBe('block');
    expect(judgeRemark(code, true, [memory])).toBe('lifted');
  });
});

describe('a remark', () => {
  test.each(['WP-LISTING-CHANGED', 'WP-SDIST-BUILD'] as const)('%s always blocks', (code) => {
    expect(judgeRemark(code, false, [hash, absent])).toBe('block');
    expect(judgeRemark(code, true, [])).toBe('block');
  });

  test.each([
    'WP-NEWEST-FELL',
    'WP-YANK-REMOVED',
    'WP-FILE-GONE',
    'WP-LATE-FILE',
    'WP-SIBLING',
  ] as const)('%s is told by default and blocks under strict', (code) => {
    expect(judgeRemark(code, false, [hash, absent])).toBe('note');
    expect(judgeRemark(code, true, [hash, absent])).toBe('block');
    expect(judgeRemark(code, true, [pins])).toBe('lifted');
  });

  test.each(['WP-NEWEST-FELL', 'WP-YANK-REMOVED'] as const)(
    '%s is not lifted by who vouches for old bytes',
    (code) => {
      expect(judgeRemark(code, true, [memory, publisher])).toBe('block');
    },
  );

  test.each(['WP-FILE-GONE', 'WP-LATE-FILE', 'WP-SIBLING', 'WP-LISTING-CHANGED'] as const)(
    '%s is lifted by bytes that were accepted before, not by a publisher whom the page names',
    (code) => {
      expect(judgeRemark(code, true, [memory])).toBe('lifted');
      expect(judgeRemark(code, true, [publisher])).toBe('block');
    },
  );

  test('that nobody knows blocks', () => {
    expect(judgeRemark('WP-TLS', false, [memory])).toBe('block');
  });
});
