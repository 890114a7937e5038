// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { RememberedFile, TrustRows } from '../../../src/core/trust-rows.ts';
import { TRUST_ROWS_BACKENDS } from '../../../src/storage/index.ts';
import { temporaryPlace } from './place.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const clock = { now: () => 1_700_000_000_000 };

const FILE: RememberedFile = {
  index: 'https://index.example/simple',
  project: 'demo',
  version: '1.0',
  filename: 'demo-1.0-py3-none-any.whl',
  url: 'https://files.index.example/demo-1.0-py3-none-any.whl',
  sha256: A,
  size: 1234,
  firstSeen: 1000,
  lastSeen: 1000,
  verdict: 'first-seen',
  policy: 'p1',
};
const APPROVAL = {
  sha256: A,
  project: null,
  reason: 'looked at it',
  owner: 'ada',
  createdAt: 5,
  expiresAt: null,
};
const EVENT = { at: 1, run: 'r1', what: 'approve', subject: 'demo', detail: { why: ['x', 1] } };

test('the suite runs over every backend', () => {
  expect(TRUST_ROWS_BACKENDS.map(({ name }) => name)).toEqual(['memory', 'sqlite']);
});

describe.each(TRUST_ROWS_BACKENDS)('trust rows: $name', (backend) => {
  function withRows(work: (rows: TrustRows) => void): void {
    using place = temporaryPlace();
    const rows = backend.open(place.path, clock);
    try {
      work(rows);
    } finally {
      rows.close();
    }
  }

  test('a new store remembers nothing', () => {
    withRows((rows) => {
      expect(rows.recall(FILE.index, FILE.project, FILE.filename)).toBeNull();
      expect(rows.list({})).toEqual([]);
      expect(rows.listApprovals()).toEqual([]);
      expect(rows.listHosts()).toEqual([]);
      expect(rows.auditTrail({})).toEqual([]);
    });
  });

  test('the first bytes under a key are remembered and found by every way', () => {
    withRows((rows) => {
      expect(rows.remember(FILE)).toEqual({ outcome: 'first', file: FILE });
      expect(rows.recall(FILE.index, FILE.project, FILE.filename)).toEqual(FILE);
      expect(rows.recallByUrl(FILE.url)).toEqual([FILE]);
      expect(rows.recallBySha256(A)).toEqual([FILE]);
      expect(rows.recallRelease('demo', '1.0')).toEqual([FILE]);
      expect(rows.recallRelease('demo', '1.1')).toEqual([]);
      expect(rows.knownVersions('demo')).toEqual(new Set(['1.0']));
      expect(rows.knownVersions('other')).toEqual(new Set());
      expect(rows.list({ project: 'demo', sha256: A })).toEqual([FILE]);
      expect(rows.list({ project: 'demo', sha256: B })).toEqual([]);
      expect(rows.recall('https://other.test/simple', FILE.project, FILE.filename)).toBeNull();
      rows.remember({ ...FILE, index: 'direct:https://files.test', filename: 'x-1.0.zip' });
      expect(rows.knownVersions('other')).toBeNull();
    });
  });

  test('the same bytes again refresh only lastSeen and policy', () => {
    withRows((rows) => {
      rows.remember(FILE);
      const times = { firstSeen: 9, lastSeen: 2000 };
      const again = { ...FILE, ...times, verdict: 'remembered' as const, policy: 'p2' };
      const refreshed = { ...FILE, lastSeen: 2000, policy: 'p2' };
      expect(rows.remember({ ...again, url: 'https://other.test/x' })).toEqual({
        outcome: 'same',
        file: refreshed,
      });
      rows.remember({ ...FILE, lastSeen: 3, policy: 'p2' });
      expect(rows.recall(FILE.index, FILE.project, FILE.filename)).toEqual(refreshed);
    });
  });

  test('other bytes under the same key are a conflict, and nothing is written', () => {
    withRows((rows) => {
      rows.remember(FILE);
      const other = { ...FILE, sha256: B, lastSeen: 9000, policy: 'p9' };
      expect(rows.remember(other)).toEqual({ outcome: 'conflict', file: FILE });
      expect(rows.list({})).toEqual([FILE]);
    });
  });

  test('what is forgotten may come with other bytes', () => {
    withRows((rows) => {
      rows.remember(FILE);
      expect(rows.forget(FILE.index, FILE.project, FILE.filename)).toBe(true);
      expect(rows.forget(FILE.index, FILE.project, FILE.filename)).toBe(false);
      expect(rows.remember({ ...FILE, sha256: B }).outcome).toBe('first');
    });
  });

  test('a sighting keeps its first time, per key and bytes', () => {
    withRows((rows) => {
      const { index, project, filename } = FILE;
      const seen = (sha256: string, at: number) =>
        rows.sighted({ index, project, filename, sha256, at });
      expect(seen(A, 100)).toBe(100);
      expect(seen(A, 200)).toBe(100);
      expect(seen(B, 300)).toBe(300);
      expect(rows.transaction(() => seen(A, 400))).toBe(100);
      expect(rows.list({})).toEqual([]);
    });
  });

  test('approvals: one per bytes, project and owner; withdrawn by bytes and project', () => {
    withRows((rows) => {
      const forDemo = { ...APPROVAL, project: 'demo', expiresAt: 99 };
      rows.approve(APPROVAL);
      rows.approve({ ...APPROVAL, reason: 'looked again' });
      rows.approve(forDemo);
      rows.approve({ ...APPROVAL, sha256: B, owner: 'bob' });
      expect(rows.approvals(A)).toEqual([{ ...APPROVAL, reason: 'looked again' }, forDemo]);
      expect(rows.listApprovals()).toHaveLength(3);
      expect(rows.withdraw(A, null)).toBe(true);
      expect(rows.withdraw(A, null)).toBe(false);
      expect(rows.approvals(A)).toEqual([forDemo]);
    });
  });

  test('hosts: the earliest time stays', () => {
    withRows((rows) => {
      const host = { index: FILE.index, host: 'files.index.example', firstSeen: 50 };
      rows.rememberHost(host);
      rows.rememberHost({ ...host, firstSeen: 70 });
      expect(rows.hosts(FILE.index)).toEqual([host]);
      rows.rememberHost({ ...host, firstSeen: 20 });
      expect(rows.hosts(FILE.index)).toEqual([{ ...host, firstSeen: 20 }]);
      expect(rows.hosts('https://other.test/simple')).toEqual([]);
      expect(rows.listHosts()).toHaveLength(1);
    });
  });

  test('the audit trail keeps its order and its details', () => {
    withRows((rows) => {
      rows.audit(EVENT);
      rows.audit({ ...EVENT, at: 0, run: 'r2' });
      rows.audit({ ...EVENT, subject: 'other', detail: {} });
      expect(rows.auditTrail({}).map(({ at }) => at)).toEqual([1, 0, 1]);
      expect(rows.auditTrail({ run: 'r1', subject: 'demo' })).toEqual([EVENT]);
      expect(rows.auditTrail({ run: 'r2' })).toEqual([{ ...EVENT, at: 0, run: 'r2' }]);
    });
  });

  test('a transaction is all or nothing', () => {
    withRows((rows) => {
      const fail = () =>
        rows.transaction(() => {
          rows.remember(FILE);
          rows.approve(APPROVAL);
          rows.rememberHost({ index: FILE.index, host: 'h.test', firstSeen: 1 });
          rows.audit(EVENT);
          throw new Error('half-way');
        });
      expect(fail).toThrow('half-way');
      expect(rows.list({})).toEqual([]);
      expect(rows.listApprovals()).toEqual([]);
      expect(rows.listHosts()).toEqual([]);
      expect(rows.auditTrail({})).toEqual([]);
      expect(rows.transaction(() => rows.remember(FILE).outcome)).toBe('first');
    });
  });

  test('an inner transaction that fails takes back only itself', () => {
    withRows((rows) => {
      rows.transaction(() => {
        rows.remember(FILE);
        const inner = () =>
          rows.transaction(() => {
            rows.forget(FILE.index, FILE.project, FILE.filename);
            throw new Error('inner');
          });
        expect(inner).toThrow('inner');
      });
      expect(rows.list({})).toEqual([FILE]);
    });
  });

  test.each([
    ['half a surrogate pair', { filename: '\ud800' }],
    ['NUL', { url: 'a\0b' }],
    ['an upper-case sha256', { sha256: 'A'.repeat(64) }],
    ['a negative size', { size: -1 }],
    ['a size past 2^53', { size: 2 ** 53 }],
    ['half a millisecond', { firstSeen: 0.5 }],
  ])('a row with %s is refused', (_, part) => {
    withRows((rows) => {
      expect(() => rows.remember({ ...FILE, ...part })).toThrow(TypeError);
      expect(rows.list({})).toEqual([]);
    });
  });

  test('a closed store answers nothing', () => {
    withRows((rows) => {
      using place = temporaryPlace();
      const other = backend.open(place.path, clock);
      other.close();
      expect(() => other.list({})).toThrow();
      expect(rows.list({})).toEqual([]);
    });
  });

  test.runIf(backend.durable)('everything is there when opened again', () => {
    using place = temporaryPlace();
    const first = backend.open(place.path, clock);
    first.remember(FILE);
    first.approve(APPROVAL);
    first.audit(EVENT);
    first.close();
    const second = backend.open(place.path, clock);
    expect(second.list({})).toEqual([FILE]);
    expect(second.approvals(A)).toEqual([APPROVAL]);
    expect(second.auditTrail({})).toEqual([EVENT]);
    second.close();
  });

  test.runIf(backend.durable)('two open at once see each other’s changes', () => {
    using place = temporaryPlace();
    const one = backend.open(place.path, clock);
    const other = backend.open(place.path, clock);
    one.remember(FILE);
    expect(other.recall(FILE.index, FILE.project, FILE.filename)).toEqual(FILE);
    expect(other.remember({ ...FILE, sha256: B }).outcome).toBe('conflict');
    one.close();
    other.close();
  });
});
