// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { openMemoryTrustRows } from '../storage/index.ts';
import { approve, validApprovals, type ApprovalWish } from './approvals.ts';

const A = 'a'.repeat(64);
const occasion = { now: 1000, run: 'r1' };
const wish: ApprovalWish = {
  sha256: A,
  project: 'My_Demo',
  reason: ' read the diff ',
  owner: 'ada',
  expiresAt: 2000,
};

describe('an approval', () => {
  test('is kept with the name normalised, and its giving is on record', () => {
    const rows = openMemoryTrustRows();
    const approval = approve(rows, wish, occasion);
    expect(approval).toEqual({
      sha256: A,
      project: 'my-demo',
      reason: 'read the diff',
      owner: 'ada',
      createdAt: 1000,
      expiresAt: 2000,
    });
    expect(rows.approvals(A)).toEqual([approval]);
    expect(rows.auditTrail({ subject: `sha256:${A}` })).toMatchObject([
      { run: 'r1', what: 'approve', detail: { owner: 'ada', reason: 'read the diff' } },
    ]);
  });

  test.each([
    ['without a reason', { reason: ' \n' }],
    ['with an endless reason', { reason: 'x'.repeat(1001) }],
    ['without an owner', { owner: '' }],
    ['of half a hash', { sha256: 'abc' }],
    ['of an upper-case hash', { sha256: 'A'.repeat(64) }],
    ['of a hash with a line break', { sha256: `${A}\n` }],
    ['under a name that is none', { project: '../x' }],
    ['under a look-alike name', { project: 'dem\u043e' }],
    ['that has already ended', { expiresAt: 1000 }],
  ])('%s is refused, and nothing is kept', (_, part) => {
    const rows = openMemoryTrustRows();
    expect(() => approve(rows, { ...wish, ...part }, occasion)).toThrow(
      expect.objectContaining({ code: 'WP-USAGE' }),
    );
    expect(rows.listApprovals()).toEqual([]);
    expect(rows.auditTrail({})).toEqual([]);
  });
});

describe('an approval holds', () => {
  const rows = openMemoryTrustRows();
  approve(rows, wish, occasion);
  approve(rows, { ...wish, owner: 'bob', project: null, expiresAt: null }, occasion);
  const owners = (sha256: string, project: string, now: number) =>
    validApprovals(rows, sha256, project, now).map(({ owner }) => owner);

  test('under its own name, and under any where none was said', () => {
    expect(owners(A, 'my-demo', 1500).sort()).toEqual(['ada', 'bob']);
    expect(owners(A, 'other', 1500)).toEqual(['bob']);
  });

  test('until its end, not at it', () => {
    expect(owners(A, 'my-demo', 1999)).toContain('ada');
    expect(owners(A, 'my-demo', 2000)).toEqual(['bob']);
  });

  test('for exactly these bytes', () => {
    expect(owners('b'.repeat(64), 'my-demo', 1500)).toEqual([]);
  });
});
