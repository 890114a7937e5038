// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { github, githubRule } from '../../test/world/publishers.ts';
import type { Attested, Publisher } from '../core/publisher.ts';
import { DEFAULT_POLICY, sealPolicy, type ProjectRule } from './policy.ts';
import { missesOf, publisherRulesFor, type PublisherRule } from './publisher-rules.ts';

const RULE = githubRule();
const by = (publisher: Publisher): Attested => ({ publisher, predicate: 'publish' });
const misses = (rule: Partial<PublisherRule>, over: Partial<Publisher>, version = '1.0') =>
  missesOf({ ...RULE, ...rule }, by(github(over)), version).map(({ field }) => field);

describe('a rule', () => {
  test('is met by the whole identity', () => {
    expect(misses({}, {})).toEqual([]);
    expect(misses({ repository: 'https://github.com/alice/demo' }, {})).toEqual([]);
  });

  // Attacks H04, H06, H07, H08: whole texts, exactly.
  test.each([
    ['another owner', { repository: 'mallory/demo' }, ['repository']],
    ['another case', { repository: 'Alice/demo' }, ['repository']],
    ['a trailing slash', { repository: 'alice/demo/' }, ['repository']],
    ['a longer name', { repository: 'alice/demo-evil' }, ['repository']],
    ['another workflow', { workflow: 'evil.yml' }, ['workflow']],
    ['a longer workflow', { workflow: 'release.yml.evil' }, ['workflow']],
    ['a workflow with a ref in it', { workflow: 'release.yml@x' }, ['workflow']],
    ['a dot that is any letter', { workflow: 'releaseXyml' }, ['workflow']],
    [
      'an issuer that begins alike',
      { issuer: 'https://token.actions.githubusercontent.com.evil.test' },
      ['issuer'],
    ],
    ['a path behind it', { issuer: 'https://token.actions.githubusercontent.com/x' }, ['issuer']],
    ['plain http', { issuer: 'http://token.actions.githubusercontent.com' }, ['issuer']],
    ['a port', { issuer: 'https://token.actions.githubusercontent.com:444' }, ['issuer']],
  ] as const)('%s is somebody else', (_name, over, fields) => {
    expect(misses({}, over)).toEqual(fields);
  });

  test('environment, numbers and runner must be shown where it names them (attack H10)', () => {
    expect(misses({ environment: 'Release' }, { environment: 'release' })).toEqual([]);
    expect(misses({ environment: 'release' }, { environment: null })).toEqual(['environment']);
    expect(misses({ environment: 'release' }, { environment: '' })).toEqual(['environment']);
    expect(misses({ repositoryId: '1', ownerId: '11' }, {})).toEqual([]);
    expect(misses({ repositoryId: '2' }, {})).toEqual(['repository-id']);
    expect(misses({ ownerId: '1' }, {})).toEqual(['owner-id']);
    expect(misses({ runner: 'github-hosted' }, { runner: 'self-hosted' })).toEqual(['runner']);
  });

  test('a tag must fit the version', () => {
    const tagged = { ref: 'refs/tags/v{version}' };
    expect(misses(tagged, { ref: 'refs/tags/v1.0' })).toEqual([]);
    expect(misses(tagged, { ref: 'refs/tags/v1' })).toEqual([]);
    expect(misses(tagged, { ref: 'refs/tags/v1.0.0' })).toEqual([]);
    for (const ref of [
      'refs/tags/v1.1',
      'refs/heads/v1.0',
      'refs/tags/1.0',
      'refs/tags/v',
      'refs/tags/v1.0-evil',
      null,
    ]) {
      expect(misses(tagged, { ref }), ref ?? 'none').toEqual(['ref']);
    }
    expect(misses({ ref: 'refs/heads/main' }, { ref: 'refs/heads/main' })).toEqual([]);
    expect(misses({ ref: 'refs/heads/main' }, { ref: 'refs/heads/x' })).toEqual(['ref']);
  });

  test("any repository of an owner's, and no other owner's", () => {
    const owned = { repository: null, owner: 'alice' };
    expect(misses(owned, { repository: 'alice/anything' })).toEqual([]);
    for (const repository of ['alice', 'alice/', '', 'alice-evil/x', 'mallory/alice', 'Alice/x']) {
      expect(misses(owned, { repository }), repository).toEqual(['owner']);
    }
  });

  test('an address of e-mail, and the kind of attestation', () => {
    const rule = { ...RULE, repository: null, workflow: null, email: 'a@good.test' };
    const person = { ...github({}), isEmail: true, name: 'a@good.test', repository: null };
    expect(missesOf(rule, by(person), '1.0')).toEqual([]);
    expect(missesOf(rule, by({ ...person, isEmail: false }), '1.0')).toHaveLength(1);
    expect(missesOf(rule, by({ ...person, name: 'b@good.test' }), '1.0')).toHaveLength(1);
    expect(
      missesOf({ ...rule, predicate: 'publish' }, { ...by(person), predicate: 'slsa' }, '1'),
    ).toEqual([{ field: 'attestation', expected: 'publish', found: 'slsa' }]);
  });

  test('any change of any field that it names is missed', () => {
    const full: PublisherRule = {
      ...RULE,
      environment: 'release',
      ref: 'refs/tags/v1.0',
      repositoryId: '1',
      ownerId: '11',
      runner: 'github-hosted',
    };
    const shown = github({ environment: 'release' });
    expect(missesOf(full, by(shown), '1.0')).toEqual([]);
    const field = fc.constantFrom(
      ...([
        'issuer',
        'repository',
        'workflow',
        'environment',
        'ref',
        'repositoryId',
        'ownerId',
        'runner',
      ] as const),
    );
    fc.assert(
      fc.property(field, fc.option(fc.string()), (name, value) => {
        fc.pre(value?.toLowerCase() !== shown[name]?.toLowerCase());
        const told = missesOf(full, by({ ...shown, [name]: value ?? '' }), '1.0');
        expect(told.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('which rule speaks', () => {
  const table = (
    name: string,
    source: string,
    publishers?: readonly PublisherRule[],
  ): ProjectRule => ({
    name,
    firstUse: null,
    require: null,
    cooldownMs: null,
    index: null,
    source,
    ...(publishers === undefined ? {} : { publishers }),
  });
  const policy = sealPolicy({
    ...DEFAULT_POLICY,
    projects: [
      table('demo', 'without'),
      table('demo', 'first', [{ ...RULE, versions: '>=2' }]),
      table('*', 'second', [RULE]),
    ],
  });

  test('the first table that names publishers, for the versions that it names', () => {
    expect(publisherRulesFor(policy, 'demo', '2.1')?.from).toBe('first');
    expect(publisherRulesFor(policy, 'demo', '1.0')).toBeNull();
    // Nobody knows that it is none of them.
    expect(publisherRulesFor(policy, 'demo', '')?.from).toBe('first');
    expect(publisherRulesFor(policy, 'other', '1.0')?.from).toBe('second');
    expect(publisherRulesFor(DEFAULT_POLICY, 'demo', '1.0')).toBeNull();
  });

  test('rules are part of the digest', () => {
    expect(policy.digest).not.toBe(DEFAULT_POLICY.digest);
    const other = sealPolicy({
      ...policy,
      projects: [table('*', 'second', [{ ...RULE, ownerId: '1' }])],
    });
    const one = sealPolicy({ ...policy, projects: [table('*', 'third', [RULE])] });
    const same = sealPolicy({ ...policy, projects: [table('*', 'second', [RULE])] });
    expect(one.digest).toBe(same.digest);
    expect(other.digest).not.toBe(same.digest);
  });
});
