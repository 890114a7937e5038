// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal, type Reason } from '../core/errors.ts';
import type { DirectUrl } from '../core/host.ts';
import type { AdvertisedRef, StatedSource } from '../core/repository.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import {
  DEFAULT_POLICY,
  parseRequirement,
  sealPolicy,
  type PolicyContent,
} from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { found } from './installed-scene.test-support.ts';
import { Repositories, type RepositoriesParts } from './repositories.ts';

const REPOSITORY = 'https://git.test/good';
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const DAY = 24 * 3_600_000;

type Refs = Readonly<Record<string, string>>;

const listOf = (refs: Refs): AdvertisedRef[] =>
  Object.entries(refs).map(([name, commit]) => ({ name, commit }));

function source(revision: string | null, over: Partial<StatedSource> = {}): StatedSource {
  return { project: 'good', repository: REPOSITORY, revision, where: 'r.txt:1', ...over };
}

interface Setting extends Partial<Pick<RepositoriesParts, 'rewrites' | 'restated'>> {
  readonly sources?: readonly StatedSource[];
  readonly policy?: Partial<PolicyContent>;
  readonly day?: number;
}

function open(rows: TrustRows, { policy = {}, day = 0, ...setting }: Setting = {}) {
  return new Repositories({
    rows,
    clock: { now: () => Date.UTC(2026, 0, 1) + day * DAY },
    policy: sealPolicy({ ...DEFAULT_POLICY, ...policy }),
    run: 'r',
    sources: [],
    rewrites: [],
    ...setting,
  });
}

/** The code with which git is told nothing; `null`: it is told. */
function told(one: Repositories, refs: Refs, at = 'https://git.test/good.git'): string | null {
  try {
    one.advertised(at, listOf(refs));
    return null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

const direct = (commit: string | null, revision: string | null = null): DirectUrl => ({
  url: 'https://git.test/good.git',
  kind: 'vcs',
  editable: false,
  commit,
  revision,
});

const codeOf = (why: Reason | null): string | null => why?.code ?? null;
const installed = async (one: Repositories, url: DirectUrl) =>
  codeOf(await one.installed(found(url)));

/** The tag v1 was accepted as A. */
function remembering(): TrustRows {
  const rows = openMemoryTrustRows();
  expect(told(open(rows, { sources: [source('v1')] }), { 'refs/tags/v1': A })).toBeNull();
  return rows;
}

describe('at the gate', () => {
  test.each<[string, Setting, Refs, string | null]>([
    ['the same tag', { sources: [source('v1')] }, { 'refs/tags/v1': A }, null],
    ['a moved tag', { sources: [source('v1')] }, { 'refs/tags/v1': B }, 'WP-TAG-MOVED'],
    [
      'a moved tag, in full',
      { sources: [source('refs/tags/v1')] },
      { 'refs/tags/v1': B },
      'WP-TAG-MOVED',
    ],
    [
      'a moved tag, in part',
      { sources: [source('tags/v1')] },
      { 'refs/tags/v1': B },
      'WP-TAG-MOVED',
    ],
    [
      'of a requirement without a name',
      { sources: [source('v1', { project: null })] },
      { 'refs/tags/v1': B },
      'WP-TAG-MOVED',
    ],
    ['a moved tag that nobody asked for by name', {}, { 'refs/tags/v1': B }, 'WP-TAG-MOVED'],
    [
      'a moved tag beside the one that is asked for',
      { sources: [source('v2')] },
      { 'refs/tags/v1': B, 'refs/tags/v2': B },
      null,
    ],
    ['a branch in its place', { sources: [source('v1')] }, { 'refs/heads/v1': B }, 'WP-TAG-MOVED'],
    [
      'a branch beside it',
      { sources: [source('v1')] },
      { 'refs/tags/v1': A, 'refs/heads/v1': B },
      'WP-TAG-MOVED',
    ],
    [
      'a branch beside it, for those who did not ask',
      {},
      { 'refs/tags/v1': A, 'refs/heads/v1': B },
      'WP-TAG-MOVED',
    ],
    [
      'a branch and a tag, never seen',
      { sources: [source('v2')] },
      { 'refs/tags/v2': A, 'refs/heads/v2': B },
      'WP-REVISION-AMBIGUOUS',
    ],
    [
      'a branch and a tag of one commit',
      { sources: [source('v2')] },
      { 'refs/tags/v2': A, 'refs/heads/v2': A },
      null,
    ],
    [
      'a branch under the name of a pinned commit',
      { sources: [source(A)] },
      { [`refs/heads/${A}`]: B },
      'WP-COMMIT-MISMATCH',
    ],
    [
      'a tag under the name of a pinned commit',
      { sources: [source(A)] },
      { [`refs/tags/${A}`]: B },
      'WP-COMMIT-MISMATCH',
    ],
    ['a branch', { sources: [source('main')] }, { 'refs/heads/main': B }, null],
    [
      'a branch, under --strict',
      { sources: [source('main')], policy: { strict: true } },
      { 'refs/heads/main': B },
      'WP-COMMIT-UNPINNED',
    ],
    [
      'nothing named, where branches are refused',
      { sources: [source(null)], policy: { gitBranches: 'refuse' } },
      { HEAD: B },
      'WP-COMMIT-UNPINNED',
    ],
    [
      'a branch that a lock pins',
      { sources: [source('main'), source(A, { locked: true })], policy: { gitBranches: 'refuse' } },
      { 'refs/heads/main': B },
      null,
    ],
    [
      'a tag that is new, under --strict',
      { sources: [source('v2')], policy: { strict: true } },
      { 'refs/tags/v2': B },
      'WP-FIRST-USE',
    ],
    [
      'the same tag, under --strict',
      { sources: [source('v1')], policy: { strict: true } },
      { 'refs/tags/v1': A },
      null,
    ],
    [
      'a tag, where a publisher has to vouch',
      { sources: [source('v1')], policy: { require: parseRequirement('publisher') } },
      { 'refs/tags/v1': A },
      'WP-NO-VOUCHER',
    ],
    ['a tag of another name', { sources: [source('v2')] }, { 'refs/tags/v1': A }, null],
  ])('%s', (_, setting, refs, code) => {
    expect(told(open(remembering(), setting), refs)).toBe(code);
  });

  test('an exception lifts the rule on branches for its project', () => {
    const exception = {
      project: 'good',
      version: null,
      rule: 'WP-COMMIT-UNPINNED' as const,
      reason: 'ours',
      owner: 'me',
      expires: Date.UTC(2030, 0),
      source: 'wheelproof.toml',
    };
    const policy = { gitBranches: 'refuse', exceptions: [exception] } as const;
    const one = open(openMemoryTrustRows(), { sources: [source('main')], policy });
    expect(told(one, { 'refs/heads/main': A })).toBeNull();
  });

  test.each([
    ['https://mirror.test/', 'https://git.test/'],
    ['https://mirror.test/good.git', 'https://git.test/good.git'],
  ])('what %s stands for by configuration is held against what %s named', (base, insteadOf) => {
    for (const sources of [[source('v1')], []]) {
      const one = open(remembering(), { sources, rewrites: [{ base, insteadOf }] });
      expect(told(one, { 'refs/tags/v1': B }, 'https://mirror.test/good.git')).toBe('WP-TAG-MOVED');
    }
  });

  test('a repository that moved elsewhere is the one that was asked', () => {
    const one = open(remembering(), { sources: [source('v1')] });
    one.redirected('https://git.test/good.git', 'https://new.test/x.git');
    one.redirected('https://new.test/x.git', 'https://newer.test/x.git');
    expect(told(one, { 'refs/tags/v1': B }, 'https://newer.test/x.git')).toBe('WP-TAG-MOVED');
  });

  test('two repositories that lead to one place are both asked for there', () => {
    const one = open(remembering(), { sources: [source('v1')] });
    one.redirected('https://git.test/good.git', 'https://new.test/x.git');
    one.redirected('https://git.test/other.git', 'https://new.test/x.git');
    expect(told(one, { 'refs/tags/v1': B }, 'https://new.test/x.git')).toBe('WP-TAG-MOVED');
  });

  test('two runs at once do not both learn what a tag names', () => {
    const rows = openMemoryTrustRows();
    const [one, other] = [source('v1'), source('v1')].map((each) =>
      open(rows, { sources: [each] }),
    );
    expect(one && told(one, { 'refs/tags/v1': A })).toBeNull();
    expect(other && told(other, { 'refs/tags/v1': B })).toBe('WP-TAG-MOVED');
  });
});

test('what another run learnt in between is not overwritten', () => {
  const rows = remembering();
  let asked = 0;
  const late = new Proxy(rows, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'recallCommits') return member.bind(target);
      return (repository: string) => ((asked += 1) <= 2 ? [] : target.recallCommits(repository));
    },
  });
  const one = open(late, { sources: [source('v1')] });
  expect(told(one, { 'refs/tags/v1': B })).toBe('WP-TAG-MOVED');
  expect(rows.listCommits()).toMatchObject([{ commit: A }]);
});

describe('what was installed', () => {
  test.each<[string, Setting, DirectUrl, string | null]>([
    ['the same tag', {}, direct(A, 'v1'), null],
    ['a moved tag that nobody saw at the gate', {}, direct(B, 'v1'), 'WP-TAG-MOVED'],
    ['the pinned commit', { sources: [source(A)] }, direct(A, A), null],
    ['another commit than is pinned', { sources: [source(A)] }, direct(B, A), 'WP-COMMIT-MISMATCH'],
    [
      'another than is pinned without a name',
      { sources: [source(A, { project: null })] },
      direct(B, A),
      'WP-COMMIT-MISMATCH',
    ],
    [
      'one of two pinned without a name',
      { sources: [source(A, { project: null }), source(B, { project: null })] },
      direct(B, B),
      null,
    ],
    [
      'one of two pinned by name',
      { sources: [source(A), source(B, { locked: true })] },
      direct(B, 'main'),
      'WP-COMMIT-MISMATCH',
    ],
    [
      'another commit than the lock pins',
      { sources: [source(A, { locked: true })], restated: async () => [source(A)] },
      direct(B, 'main'),
      'WP-COMMIT-MISMATCH',
    ],
    [
      'what the lock pins since it was written anew',
      { sources: [source(A, { locked: true })], restated: async () => [source(B)] },
      direct(B, 'main'),
      null,
    ],
    [
      'another than a requirement pins, whatever the lock says since',
      { sources: [source(A)], restated: async () => [source(B)] },
      direct(B, A),
      'WP-COMMIT-MISMATCH',
    ],
    [
      'a lock that is gone',
      { sources: [source(A, { locked: true })], restated: async () => [] },
      direct(B, 'main'),
      'WP-COMMIT-MISMATCH',
    ],
    ['no commit', {}, direct(null, 'main'), 'WP-NO-RECEIPT'],
    ['half a commit', {}, direct('abc', 'main'), 'WP-NO-RECEIPT'],
    ['no address', {}, { ...direct(A), url: 'git@git.test:good.git' }, 'WP-NO-RECEIPT'],
    ['a branch', {}, direct(B, 'main'), null],
    [
      'a branch, under --strict',
      { policy: { strict: true } },
      direct(B, 'main'),
      'WP-COMMIT-UNPINNED',
    ],
    [
      'a pinned commit, under --strict',
      { sources: [source(B)], policy: { strict: true } },
      direct(B, B),
      null,
    ],
    ['a folder', {}, { url: 'file:///x', kind: 'directory', editable: true }, null],
  ])('%s', async (_, setting, url, code) => {
    expect(await installed(open(remembering(), setting), url)).toBe(code);
  });

  test('the beginning of a commit’s id names one commit for good', async () => {
    const rows = openMemoryTrustRows();
    expect(await installed(open(rows), direct(A, 'aaaaaaa'))).toBeNull();
    expect(await installed(open(rows), direct(B, 'aaaaaaa'))).toBe('WP-TAG-MOVED');
  });

  test('its receipt says which commit, by whose word, and whether the gate saw it', async () => {
    const rows = remembering();
    const one = open(rows, { sources: [source('v1')], day: 1 });
    told(one, { 'refs/tags/v1': A, 'refs/heads/main': B });
    await installed(one, direct(A, 'v1'));
    await installed(one, direct(B, 'main'));
    await installed(one, direct(B, 'other'));
    const of = one
      .receipts()
      .map(({ version, revision, ref, verdict, moves, seen }) =>
        [version, revision, ref, verdict, moves, seen].join(' '),
      );
    expect(of).toStrictEqual([
      '1.0 v1 refs/tags/v1 remembered false true',
      '1.0 main refs/heads/main first-seen true true',
      '1.0 other other first-seen true false',
    ]);
    const later = open(rows, { day: 2 });
    await installed(later, direct(B, 'main'));
    expect(later.receipts()).toMatchObject([{ verdict: 'remembered', moves: true, seen: false }]);
  });

  test('refusals and verdicts are in the audit trail', async () => {
    const rows = remembering();
    await installed(open(rows), direct(B, 'v1'));
    expect(
      rows.auditTrail({}).map(({ what, subject, detail }) => [what, subject, detail['codes']]),
    ).toStrictEqual([
      ['verdict', `${REPOSITORY}@v1`, []],
      ['verdict', `${REPOSITORY}@v1`, ['WP-TAG-MOVED']],
    ]);
  });
});
