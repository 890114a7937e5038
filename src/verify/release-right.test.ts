// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { github, githubRule } from '../../test/world/publishers.ts';
import type { Artifact } from '../core/artifact.ts';
import type { Finding } from '../core/finding.ts';
import { parsePublisherNotation } from '../core/publisher-notation.ts';
import { isSamePublisher, type Publisher } from '../core/publisher.ts';
import { bareListing } from '../core/listed-file.ts';
import { DEFAULT_POLICY, sealPolicy, type Policy, type PublisherTrust } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { PublisherMemory, TrustMemory } from '../trust/index.ts';
import { ReleaseRights } from './release-right.ts';

const ALICE = github({});
const MALLORY = github({ repository: 'mallory/demo', repositoryId: '9', ownerId: '99' });
const INDEX = 'https://index.example/simple/';
const HASH = 'a'.repeat(64);
const clock = { now: () => Date.UTC(2026, 0, 1) };

function artifact(version: string, over: Partial<Artifact> = {}): Artifact {
  const filename = `demo-${version}-py3-none-any.whl`;
  const url = `https://index.example/files/${filename}`;
  const listed = bareListing(filename, url);
  return { index: INDEX, project: 'demo', version, filename, kind: 'wheel', url, listed, ...over };
}

function finding(...publishers: readonly Publisher[]): Finding {
  const base = { kind: 'attestation', class: 'publisher', code: null } as const;
  if (publishers.length === 0) return { ...base, state: 'absent', identity: null, detail: 'none' };
  const attested = publishers.map((publisher) => ({ publisher, predicate: 'publish' as const }));
  return { ...base, state: 'vouched', identity: 'x', detail: '', unconfirmed: true, attested };
}

/** Two runs: the first accepts files, the second judges one. */
function scene(policy: Policy = DEFAULT_POLICY) {
  const rows = openMemoryTrustRows();
  const remember = (version: string, ...publishers: readonly Publisher[]): void => {
    const file = artifact(version);
    new TrustMemory(rows, clock).accept(file, HASH, 1, 'first-seen', 'p');
    new PublisherMemory(rows, clock).accept(file, HASH, publishers);
  };
  const judge = (file: Artifact, found: Finding) =>
    new ReleaseRights(policy, new PublisherMemory(rows, clock)).judge(file, HASH, [found]);
  return { rows, remember, judge };
}

const codes = ({ remarks }: { remarks: readonly { code: string }[] }) =>
  remarks.map(({ code }) => code);

describe('without a rule, by memory', () => {
  test('the first sight confirms nobody', () => {
    const { judge } = scene();
    const right = judge(artifact('1.0'), finding(ALICE));
    expect(right.findings[0]?.unconfirmed).toBe(true);
    expect(right.standing).toMatchObject({ word: 'full', before: null });
    expect(right.remarks).toEqual([]);
  });

  test('whoever is remembered is confirmed', () => {
    const { remember, judge } = scene();
    remember('1.0', ALICE);
    const right = judge(artifact('1.1'), finding(github({ ref: 'refs/tags/v1.1' })));
    expect(right.findings[0]).toMatchObject({ state: 'vouched', unconfirmed: undefined });
    expect(right.findings[0]?.identity).toBe('GitHub alice/demo, workflow release.yml, tag v1.1');
  });

  test('a stranger beside him is not learnt: he could not take over with the next release', () => {
    const { remember, judge } = scene();
    remember('1.0', ALICE);
    const right = judge(artifact('1.1'), finding(ALICE, MALLORY));
    expect(right.findings[0]?.attested?.map(({ publisher }) => publisher)).toEqual([ALICE]);
  });

  test('a change is told with old and new, and with the one command that accepts it (attack H04)', () => {
    const { remember, judge } = scene();
    remember('1.0', ALICE);
    const right = judge(artifact('1.1'), finding(MALLORY));
    expect(codes(right)).toEqual(['WP-PUBLISHER-CHANGED']);
    const [told] = right.remarks;
    expect(told?.message).toContain('was GitHub alice/demo');
    expect(told?.message).toContain('now GitHub mallory/demo');
    const [, word = ''] = /--publisher '([^']+)'/u.exec(told?.hint ?? '') ?? [];
    expect(told?.hint).toContain('wheelproof trust accept demo==1.1 ');
    const named = parsePublisherNotation(word);
    expect(named !== null && isSamePublisher(named, MALLORY)).toBe(true);
    expect(right.findings[0]?.unconfirmed).toBe(true);
  });

  test('what the numbers tell of a change is said', () => {
    const { remember, judge } = scene();
    remember('1.0', ALICE);
    const said = (publisher: Publisher) =>
      judge(artifact('1.1'), finding(publisher)).remarks[0]?.message ?? '';
    expect(said(github({ repository: 'bob/demo', ownerId: '2' }))).toContain('another owner now');
    expect(said(github({ repositoryId: '2' }))).toContain('another repository under the same name');
    expect(said(github({ workflow: 'x.yml' }))).toContain('another workflow');
  });

  test('lost attestations are told before a byte is fetched (attack H02)', () => {
    const { remember, judge } = scene();
    remember('1.0', ALICE);
    const right = judge(artifact('1.1'), finding());
    expect(codes(right)).toEqual(['WP-PUBLISHER-LOST']);
    expect(right.remarks[0]?.hint).toContain('wheelproof trust accept demo==1.1 --unattested');
  });

  test('an accepted change is no change, and confirms', () => {
    const { rows, remember, judge } = scene();
    remember('1.0', ALICE);
    const said = { project: 'demo', reason: 'r', owner: 'o', at: 1 };
    rows.acceptChange({ ...said, version: '1.1', publisher: MALLORY });
    const right = judge(artifact('1.1'), finding(MALLORY));
    expect(codes(right)).toEqual([]);
    expect(right.findings[0]?.unconfirmed).toBeUndefined();
    expect(codes(judge(artifact('1.2'), finding(ALICE)))).toEqual(['WP-PUBLISHER-CHANGED']);
  });

  test('who vouched for other bytes under a name is no history of these', () => {
    const { rows, remember, judge } = scene();
    remember('1.0', ALICE);
    rows.forget(INDEX, 'demo', artifact('1.0').filename);
    new TrustMemory(rows, clock).accept(artifact('1.0'), 'b'.repeat(64), 1, 'first-seen', 'p');
    expect(codes(judge(artifact('1.1'), finding()))).toEqual([]);
  });

  test('another index, and a file that no page led to, are not held against it', () => {
    const { remember, judge } = scene();
    remember('1.0', ALICE);
    expect(codes(judge(artifact('1.1', { index: 'https://other.example/' }), finding()))).toEqual(
      [],
    );
    expect(codes(judge(artifact('1.1', { listed: null }), finding()))).toEqual([]);
  });

  test('what is new within one run confirms nothing else of it', () => {
    const { rows } = scene();
    const memory = new PublisherMemory(rows, clock);
    const rights = new ReleaseRights(DEFAULT_POLICY, memory);
    rights.judge(artifact('1.0'), HASH, [finding(MALLORY)]);
    memory.accept(artifact('1.0'), HASH, [MALLORY]);
    const right = rights.judge(artifact('1.1'), HASH, [finding(MALLORY)]);
    expect(right.findings[0]?.unconfirmed).toBe(true);
  });

  test('several publishers at first sight are told', () => {
    const right = scene().judge(artifact('1.0'), finding(ALICE, MALLORY));
    expect(right.notes[0]).toContain('several publishers');
    expect(scene().judge(artifact('1.0'), finding(ALICE, ALICE)).notes).toEqual([]);
  });

  test('what changed and blocks nothing is a note', () => {
    const { remember, judge } = scene();
    remember('1.0');
    remember('0.9', ALICE);
    expect(judge(artifact('1.1'), finding(ALICE)).notes[0]).toContain('demo 1.0 was not attested');
    const other = scene();
    other.remember('1.0', ALICE);
    const renamed = other.judge(artifact('1.1'), finding(github({ repository: 'alice/new' })));
    expect(renamed.remarks).toEqual([]);
    expect(renamed.notes[0]).toContain('another name');
  });

  test.each([
    ['first-sight', undefined, undefined],
    ['memory', true, undefined],
    ['rules', true, true],
  ] as const)('publisher-trust = %s', (publisherTrust: PublisherTrust, first, second) => {
    const { remember, judge } = scene(sealPolicy({ ...DEFAULT_POLICY, publisherTrust }));
    expect(judge(artifact('1.0'), finding(ALICE)).findings[0]?.unconfirmed).toBe(first);
    remember('1.0', ALICE);
    expect(judge(artifact('1.1'), finding(ALICE)).findings[0]?.unconfirmed).toBe(second);
  });
});

describe('with a rule', () => {
  const rule = githubRule({ predicate: 'publish' });
  const policy = sealPolicy({
    ...DEFAULT_POLICY,
    projects: [
      {
        name: 'demo',
        firstUse: null,
        require: null,
        cooldownMs: null,
        index: null,
        publishers: [rule],
        source: 'p1',
      },
    ],
  });

  test('whoever it names is confirmed at first sight', () => {
    const right = scene(policy).judge(artifact('1.0'), finding(MALLORY, ALICE));
    expect(right.findings[0]).toMatchObject({ state: 'vouched', unconfirmed: undefined });
    expect(right.findings[0]?.identity).toContain('alice/demo');
    expect(right.findings[0]?.identity).not.toContain('mallory');
  });

  test('anybody else fails, with expected and found, whatever memory says', () => {
    const { remember, judge } = scene(policy);
    remember('1.0', MALLORY);
    const [found] = judge(artifact('1.1'), finding(MALLORY)).findings;
    expect(found).toMatchObject({ state: 'failed', code: 'WP-PUBLISHER-NOT-ALLOWED' });
    expect(found?.detail).toContain('repository: expected alice/demo, found mallory/demo');
    expect(found?.detail).toContain('p1');
  });

  test('nobody is missing, and the wrong kind of attestation is nobody (attack H16)', () => {
    const { judge } = scene(policy);
    expect(codes(judge(artifact('1.0'), finding()))).toEqual(['WP-PUBLISHER-MISSING']);
    const built = {
      ...finding(ALICE),
      attested: [{ publisher: ALICE, predicate: 'slsa' as const }],
    };
    expect(codes(judge(artifact('1.0'), built))).toEqual(['WP-PUBLISHER-MISSING']);
  });

  const down = { ...finding(), state: 'unreachable', code: 'WP-UPSTREAM-STATUS' } as const;
  const direct = artifact('1.0', { listed: null });
  const ofAnyKind = sealPolicy({
    ...policy,
    projects: policy.projects.map((table) => ({
      ...table,
      publishers: [{ ...rule, predicate: null }],
    })),
  });

  test('what was proved of the same bytes counts where no page leads to them, or nobody answers', () => {
    const { remember, judge } = scene(ofAnyKind);
    expect(codes(judge(direct, finding()))).toEqual(['WP-PUBLISHER-MISSING']);
    remember('1.0', ALICE);
    const right = judge(direct, finding());
    expect(right.findings[0]).toMatchObject({ state: 'vouched', unconfirmed: undefined });
    expect(judge(artifact('1.0'), down).findings[0]?.state).toBe('vouched');
    expect(judge(artifact('1.1'), down)).toMatchObject({ publisherNeeded: true, remarks: [] });
  });

  test('what was proved under a trusted root that no longer counts here is not recalled', () => {
    const { remember, judge } = scene(ofAnyKind);
    remember('1.0', { ...ALICE, root: 'corp' });
    expect(codes(judge(direct, finding()))).toEqual(['WP-PUBLISHER-MISSING']);
    expect(judge(artifact('1.0'), down).findings[0]?.state).toBe('unreachable');
  });

  test('what was proved does not count where it does not meet the rule', () => {
    // Of what ALICE's attestation was is not remembered, and MALLORY is not named.
    for (const [one, who] of [
      [scene(policy), ALICE],
      [scene(ofAnyKind), MALLORY],
    ] as const) {
      one.remember('1.0', who);
      expect(codes(one.judge(direct, finding()))).toEqual(['WP-PUBLISHER-MISSING']);
      expect(one.judge(artifact('1.0'), down).findings[0]?.state).toBe('unreachable');
    }
  });
});
