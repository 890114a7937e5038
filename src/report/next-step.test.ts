// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { CODES } from '../core/codes.ts';
import { reason } from '../core/errors.ts';
import type { Receipt } from '../core/verification.ts';
import { nextStep } from './next-step.ts';

const DIGEST = 'a'.repeat(64);

function receipt(more: Partial<Receipt['artifact']> = {}): Receipt {
  return {
    artifact: {
      index: 'https://index.example/simple/',
      project: 'demo',
      version: '1.0',
      filename: 'demo-1.0+local.tar.gz',
      kind: 'sdist',
      url: 'https://index.example/demo-1.0.tar.gz',
      listed: null,
      ...more,
    },
    sha256: DIGEST,
    size: 1,
    at: 0,
    asked: true,
    decision: { verdict: 'refused', reasons: [], findings: [], notes: [] },
  };
}

describe('the next command', () => {
  test('forgets the one file of the one index', () => {
    const why = reason('WP-NAME-REUSED', 'other bytes');
    expect(nextStep(why, receipt())).toContain(
      "wheelproof trust forget demo-1.0+local.tar.gz --index https://index.example/simple/ --reason 'why'",
    );
    expect(nextStep(why, receipt({ index: 'direct:https://a.test' }))).toMatch(
      /forget demo-1\.0\+local\.tar\.gz --reason 'why'$/u,
    );
  });

  test.each([
    { filename: 'demo-1.0;id.tar.gz' },
    { filename: '--index.tar.gz' },
    { filename: '$(id)-1.0.tar.gz' },
  ])('holds nothing that a shell would act on: %o', (more) => {
    const step = nextStep(reason('WP-NAME-REUSED', 'other bytes'), receipt(more));
    expect(step).toBe(CODES['WP-NAME-REUSED'].next);
  });

  test('an index that a shell would read is left out', () => {
    const step = nextStep(
      reason('WP-NAME-REUSED', 'other bytes'),
      receipt({ index: "https://a.test/';id;'/" }),
    );
    expect(step).not.toContain('--index');
  });

  test('approves only where an approval counts', () => {
    const approve = `wheelproof trust approve sha256:${DIGEST} --project demo --reason 'why'`;
    expect(nextStep(reason('WP-FIRST-USE', 'new'), receipt())).toContain(approve);
    const counted = reason('WP-NO-VOUCHER', 'none', 'approve it with `wheelproof trust approve`');
    expect(nextStep(counted, receipt())).toContain(approve);
    const plain = nextStep(reason('WP-NO-VOUCHER', 'none'), receipt());
    expect(plain).not.toContain('approve');
  });
});
