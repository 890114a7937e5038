// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, sealPolicy, type PolicyContent } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { HostMemory } from '../trust/hosts.ts';
import { NameGuard } from './name-guard.ts';

const PRIVATE = 'https://private.test/simple/';
const PUBLIC = 'https://public.test/simple/';
const NOW = 1_000;

const rule = {
  name: 'acme-*',
  firstUse: null,
  require: null,
  cooldownMs: null,
  index: 'corp',
  source: 'wheelproof.toml [[project]] 1',
};
const corp = { name: 'corp', url: PRIVATE, allowHosts: ['files.private.test'], source: 'here' };
const lifting = {
  project: 'acme-*',
  version: null,
  rule: 'WP-INDEX-NOT-ALLOWED' as const,
  reason: 'moves',
  owner: 'ada',
  expires: NOW + 1,
  source: 'there',
};

function open(more: Partial<PolicyContent> = {}): NameGuard {
  const policy = sealPolicy({ ...DEFAULT_POLICY, projects: [rule], indexes: [corp], ...more });
  const clock = { now: () => NOW };
  return new NameGuard({ policy, hosts: new HostMemory(openMemoryTrustRows(), clock), ...clock });
}

const page = (index: string, project = 'acme-core') => ({ url: `${index}${project}/`, project });
const codes = (guard: NameGuard) => guard.refusals().map(({ reason }) => reason.code);

let guard: NameGuard;
beforeEach(() => {
  guard = open();
});

describe('a name with an owner', () => {
  test('is asked of its owner alone', () => {
    expect(guard.turnAway(page(PUBLIC))?.code).toBe('WP-INDEX-NOT-ALLOWED');
    expect(guard.turnAway({ ...page(PUBLIC), url: `${PUBLIC}%61cme-core/` })).not.toBeNull();
    expect(guard.turnAway(page(PRIVATE))).toBeNull();
    expect(guard.turnAway(page(PUBLIC, 'acme'))).toBeNull();
    expect(guard.turnAway({ url: PUBLIC, project: null })).toBeNull();
    expect(guard.boundsOf(page(PRIVATE))).toBe(PRIVATE);
    expect(guard.boundsOf(page(PUBLIC, 'other'))).toBeNull();
  });

  test('is foreseen of its owner alone, and that leaves no trace', () => {
    expect(guard.mayForesee(page(PUBLIC))).toBe(false);
    expect(guard.mayForesee({ ...page(PUBLIC), url: `${PUBLIC}%61cme-core/` })).toBe(false);
    expect(guard.mayForesee(page(PRIVATE))).toBe(true);
    expect(guard.mayForesee(page(PUBLIC, 'other'))).toBe(true);
    expect(codes(guard)).toEqual([]);
  });

  test('whose owner nobody asked is a refusal, until somebody does', () => {
    guard.turnAway(page(PUBLIC));
    expect(codes(guard)).toEqual(['WP-INDEX-NOT-ALLOWED']);
    guard.turnAway(page(PRIVATE));
    expect(codes(guard)).toEqual([]);
  });

  test('that its owner does not have is had by nobody', () => {
    const absent = { outcome: 'not-found', status: 404 } as const;
    const empty = expect.objectContaining({ code: 'WP-OWNED-NAME-EMPTY' });
    expect(() => guard.declined(page(PRIVATE), absent)).toThrow(empty);
    expect(() => guard.shown(page(PRIVATE), 0)).toThrow(empty);
    guard.shown(page(PRIVATE), 1);
    expect(guard.declined(page(PUBLIC, 'other'), absent)).toEqual(absent);
  });

  test('may come from elsewhere while an exception says so', () => {
    const lifted = open({ exceptions: [lifting] });
    expect(lifted.turnAway(page(PUBLIC))).toBeNull();
    lifted.shown(page(PRIVATE), 0);
    const ended = open({ exceptions: [{ ...lifting, expires: NOW }] });
    expect(ended.turnAway(page(PUBLIC))).not.toBeNull();
    const other = open({ exceptions: [{ ...lifting, rule: 'WP-FIRST-USE' }] });
    expect(other.turnAway(page(PUBLIC))).not.toBeNull();
  });

  test('given by address counts as its owner’s only on the owner’s hosts', () => {
    const at = (host: string) => ({
      index: `direct:https://${host}`,
      project: 'acme-core',
      version: '1.0',
      url: `https://${host}/acme_core-1.0.tar.gz`,
    });
    expect(guard.judgeFile(at('private.test'))).toBeNull();
    expect(guard.judgeFile(at('files.private.test'))).toBeNull();
    expect(guard.judgeFile(at('evil.test'))?.code).toBe('WP-INDEX-NOT-ALLOWED');
    expect(guard.judgeFile({ ...at('evil.test'), project: 'other' })).toBeNull();
  });
});

describe('a page that an index does not show', () => {
  const hidden = { outcome: 'unauthorised', status: 403, challenge: null } as const;

  test('leaves its name undecided until it is shown after all', () => {
    expect(guard.declined(page(PUBLIC, 'other'), hidden)).toBe(hidden);
    expect(guard.blockOf('other')?.code).toBe('WP-UPSTREAM-STATUS');
    expect(codes(guard)).toEqual(['WP-UPSTREAM-STATUS']);
    guard.shown(page(PRIVATE, 'other'), 1);
    expect(guard.blockOf('other')).not.toBeNull();
    guard.shown(page(PUBLIC, 'other'), 0);
    expect(guard.blockOf('other')).toBeNull();
    expect(codes(guard)).toEqual([]);
  });

  test('is absent where the policy says that this is how the index says so', () => {
    const told = open({ indexes: [{ ...corp, url: PUBLIC, absentStatus: [403] }] });
    const answer = { outcome: 'not-found', status: 404 };
    expect(told.declined(page(PUBLIC, 'other'), hidden)).toEqual(answer);
    expect(told.blockOf('other')).toBeNull();
    told.declined(page(PUBLIC, 'other'), { ...hidden, status: 401 });
    expect(told.blockOf('other')).not.toBeNull();
  });
});
