// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { allowsPlainHttp, judgeEntry, judgeHost } from './candidate.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { explainProject } from './explain.ts';
import { matchesGlob, matchesHost, normaliseHostGlob, normaliseProjectGlob } from './glob.ts';
import { DEFAULT_POLICY, policyDigest, sealPolicy, type PolicyContent } from './policy.ts';
import { parseRequirement } from './requirement-parser.ts';

const NOW = Date.UTC(2026, 10, 21);
const INDEX = 'https://index.example/simple/';
const digestOf = (content: Partial<PolicyContent>): string =>
  policyDigest({ ...DEFAULT_POLICY, ...content });

const exception = {
  project: 'good',
  version: '<2',
  rule: 'WP-NO-STRONG-HASH',
  reason: 'old mirror',
  owner: 'alice',
  expires: NOW + 1,
  source: 'a.toml [[exception]] 1',
} as const;

describe('policy digest', () => {
  test('the same rules written differently have the same digest', () => {
    const one = digestOf({
      require: parseRequirement('log or (publisher)'),
      allowHosts: ['b.test', 'a.test'],
      exceptions: [exception, { ...exception, project: 'x' }],
      sources: ['a.toml'],
    });
    const other = digestOf({
      require: parseRequirement('publisher or log or log'),
      allowHosts: ['a.test', 'b.test', 'a.test'],
      exceptions: [{ ...exception, project: 'x', source: 'b.toml' }, exception],
      notes: ['expired'],
    });
    expect(other).toBe(one);
  });

  test('other rules have another digest', () => {
    const variants: Partial<PolicyContent>[] = [
      {},
      { firstUse: 'ask' },
      { strict: true },
      { require: parseRequirement('log') },
      { require: parseRequirement('2 of (log, you)') },
      { require: parseRequirement('log and you') },
      { allowHosts: [] },
      { allowPlainHttp: ['a.test'] },
      { cooldownMs: 1 },
      { minimumTls: '1.3' },
      { maxFileBytes: 1 },
      { staleIfErrorMs: 1 },
      { exceptions: [exception] },
      { exceptions: [{ ...exception, expires: NOW }] },
      { indexes: [{ name: null, url: INDEX, allowHosts: null, source: '' }] },
      { indexes: [{ name: null, url: INDEX, allowHosts: [], source: '' }] },
    ];
    const digests = variants.map((content) => digestOf(content));
    expect(new Set(digests).size).toBe(variants.length);
    expect(digests[0]).toBe(DEFAULT_POLICY.digest);
  });
});

describe('hosts', () => {
  test('without allow-hosts memory decides', () => {
    expect(judgeHost(DEFAULT_POLICY, INDEX, 'files.test', 'first')).toBeNull();
    expect(judgeHost(DEFAULT_POLICY, INDEX, 'files.test', 'known')).toBeNull();
    expect(judgeHost(DEFAULT_POLICY, INDEX, 'files.test', 'foreign')?.code).toBe(
      'WP-HOST-NOT-ALLOWED',
    );
    expect(judgeHost(DEFAULT_POLICY, INDEX, 'index.example', 'foreign')).toBeNull();
  });

  test('allow-hosts win over memory, those of the index over those of the policy', () => {
    const wide = sealPolicy({ ...DEFAULT_POLICY, allowHosts: ['*.wide.test'] });
    expect(judgeHost(wide, INDEX, 'a.wide.test', 'foreign')).toBeNull();
    expect(judgeHost(wide, INDEX, 'files.test', 'known')?.message).toContain(
      'expected on *.wide.test (allow-hosts), found on files.test',
    );
    const indexes = [{ name: null, url: INDEX, allowHosts: ['files.test'], source: 'here' }];
    const narrow = sealPolicy({ ...wide, indexes });
    expect(
      judgeHost(narrow, 'https://INDEX.example/simple', 'files.test:8443', 'foreign'),
    ).toBeNull();
    expect(judgeHost(narrow, INDEX, 'a.wide.test', 'known')?.code).toBe('WP-HOST-NOT-ALLOWED');
    expect(judgeHost(narrow, 'https://other.test/', 'a.wide.test', 'foreign')).toBeNull();
  });

  test('plain http needs permission, loopback does not', () => {
    const policy = sealPolicy({ ...DEFAULT_POLICY, allowPlainHttp: ['old.test'] });
    expect(allowsPlainHttp(policy, 'old.test:80')).toBe(true);
    expect(allowsPlainHttp(policy, 'old.test.evil.test')).toBe(false);
    expect(allowsPlainHttp(DEFAULT_POLICY, '127.0.0.1:4711')).toBe(true);
    expect(allowsPlainHttp(DEFAULT_POLICY, '[::1]:4711')).toBe(true);
  });
});

describe('entries refused on reading', () => {
  const policy = sealPolicy({ ...DEFAULT_POLICY, exceptions: [exception] });
  const entry = { project: 'good', version: '1.0', code: 'WP-NO-STRONG-HASH' } as const;

  test('an exception admits what it names, for as long as it lasts', () => {
    expect(judgeEntry(policy, entry, NOW)).toMatchObject({ admitted: true });
    expect(judgeEntry(policy, entry, NOW).note).toContain('owner alice');
    expect(judgeEntry(policy, entry, NOW + 1)).toEqual({ admitted: false, note: null });
    expect(judgeEntry(policy, { ...entry, version: '2.0' }, NOW).admitted).toBe(false);
    expect(judgeEntry(policy, { ...entry, version: '' }, NOW).admitted).toBe(false);
    expect(judgeEntry(policy, { ...entry, code: 'WP-PLAIN-HTTP' }, NOW).admitted).toBe(false);
  });
});

describe('globs', () => {
  test.each([
    ['acme-*', 'acme-tool', true],
    ['acme-*', 'acme', false],
    ['*', '', true],
    ['a*a', 'a', false],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'acb', false],
    ['*b*b*', 'b', false],
  ])('%s matches %s: %s', (glob, text, matches) => {
    expect(matchesGlob(glob, text)).toBe(matches);
  });

  test('agree with the regular expression', () => {
    const small = fc.stringMatching(/^[ab*]{0,8}$/u);
    fc.assert(
      fc.property(small, fc.stringMatching(/^[ab]{0,8}$/u), (glob, text) => {
        const regex = new RegExp(`^${glob.replaceAll('*', '.*')}$`, 'u');
        expect(matchesGlob(glob, text)).toBe(regex.test(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test('are read in the spelling of normalised names', () => {
    expect(normaliseProjectGlob('Acme._Tool-*')).toBe('acme-tool-*');
    for (const bad of ['', 'a b', 'a[bc]', '-a', 'a**', 'ä', 'a\n', 'a/b', '{a,b}']) {
      expect(normaliseProjectGlob(bad), bad).toBeNull();
    }
    expect(normaliseHostGlob('*.Example:8443')).toBe('*.example:8443');
    for (const bad of ['', 'https://a.test', 'a.test/', 'a..test', 'a@b', 'ä.test', 'a.test.']) {
      expect(normaliseHostGlob(bad), bad).toBeNull();
    }
    expect(matchesHost('a.test:1', 'a.test:2')).toBe(false);
    expect(matchesHost('[::1]', '[::1]:80')).toBe(true);
    expect(matchesHost('*.example', 'example')).toBe(false);
  });
});

test('durations', () => {
  expect(parseDuration('14d')).toBe(14 * 86_400_000);
  expect(parseDuration('0s')).toBe(0);
  for (const bad of ['', '14', 'd', '1.5d', '-1d', '14 d', '99999999w', '1y']) {
    expect(parseDuration(bad), bad).toBeNull();
  }
  expect(formatDuration(14 * 86_400_000)).toBe('14d');
  expect(formatDuration(5_400_000)).toBe('1h');
  expect(formatDuration(10)).toBe('0s');
});

test('explain says which rule decides and where it is written', () => {
  const policy = sealPolicy({
    ...DEFAULT_POLICY,
    firstUse: 'ask',
    origins: { 'first-use': 'user.toml' },
    exceptions: [exception],
    indexes: [{ name: 'corp', url: 'https://corp.test/', allowHosts: ['f.test'], source: 'i1' }],
    projects: [
      {
        name: 'go*',
        firstUse: 'refuse',
        require: null,
        cooldownMs: 1_000,
        index: 'corp',
        source: 'p1',
      },
      {
        name: 'good',
        firstUse: null,
        require: parseRequirement('log'),
        cooldownMs: null,
        index: null,
        source: 'p2',
      },
    ],
  });
  const explained = explainProject(policy, { project: 'good', version: '1.0', now: NOW });
  expect(explained.settings).toEqual([
    { setting: 'first-use', value: 'refuse', from: 'p1' },
    { setting: 'require', value: 'log', from: 'p2' },
    { setting: 'cooldown', value: '1s', from: 'p1' },
    { setting: 'index', value: 'corp', from: 'p1' },
    { setting: 'allow-hosts', value: 'f.test', from: 'i1' },
    { setting: 'publisher', value: 'whoever published it before', from: 'default' },
    { setting: 'publisher-trust', value: 'memory', from: 'default' },
  ]);
  expect(explained.exceptions.map((one) => one.rule)).toEqual(['WP-NO-STRONG-HASH']);
  const other = explainProject(policy, { project: 'other', version: null, now: NOW });
  expect(other.settings[0]).toEqual({ setting: 'first-use', value: 'ask', from: 'user.toml' });
  expect(other.matching).toEqual([]);
});
