// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { github, githubRule } from '../../test/world/publishers.ts';
import type { EvidenceKind } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { Publisher } from '../core/publisher.ts';
import { DEFAULT_POLICY, sealPolicy, type Policy } from '../policy/index.ts';
import { openMemoryBlobStore, openMemoryTrustRows } from '../storage/index.ts';
import { ask, GOOD, listed, open, PAGE, whole } from './scene.test-support.ts';

const ALICE = github({});
const MALLORY = github({ repository: 'mallory/good', repositoryId: '9', ownerId: '99' });
const DOWN: Finding = {
  kind: 'attestation',
  class: 'publisher',
  state: 'unreachable',
  identity: null,
  detail: '500',
  code: 'WP-UPSTREAM-STATUS',
};

function attesting(said: Publisher | 'down' | null): EvidenceKind {
  const { kind, class: of } = DOWN;
  const found: Finding =
    said === 'down'
      ? DOWN
      : said === null
        ? { ...DOWN, state: 'absent', code: null }
        : {
            ...DOWN,
            state: 'vouched',
            identity: 'x',
            code: null,
            unconfirmed: true,
            attested: [{ publisher: said, predicate: 'publish' }],
          };
  return {
    kind,
    class: of,
    foresee: async () => (said === null ? found : null),
    examine: async () => found,
  };
}

type Shared = Parameters<typeof open>[1];

/** One run that is offered one release, by somebody. */
async function run(
  version: string,
  said: Publisher | 'down' | null,
  shared: Shared,
  policy: Policy = DEFAULT_POLICY,
  others: readonly EvidenceKind[] = [],
  ending = 'zip',
) {
  const filename = `good-${version}.${ending}`;
  const url = `https://index.test/files/${filename}`;
  const bytes = Buffer.concat([GOOD, Buffer.from(version)]);
  const page = [listed(bytes, { filename, url })];
  const scene = {
    page,
    answers: [() => whole(bytes)],
    extra: [attesting(said), ...others],
    policy,
  };
  const { verifier } = open(scene, shared);
  await verifier.page(ask(PAGE));
  await verifier.file(ask(url));
  const receipt = verifier.receipts().findLast(({ artifact }) => artifact.filename === filename);
  const { verdict, reasons = [], provenance } = receipt?.decision ?? {};
  return { verdict, codes: reasons.map(({ code }) => code), word: provenance?.word };
}

const store = () => ({ rows: openMemoryTrustRows(), blobs: openMemoryBlobStore() });

test('a publisher is remembered by the first run and counts in the second; a stranger is held up', async () => {
  const shared = store();
  expect(await run('1.0', ALICE, shared)).toMatchObject({ verdict: 'first-seen', word: 'full' });
  expect(shared.rows.listPublishers({})).toMatchObject([{ publishers: [ALICE], version: '1.0' }]);
  expect((await run('1.1', ALICE, shared)).verdict).toBe('vouched');
  const stranger = await run('1.2', MALLORY, shared);
  expect(stranger).toEqual({
    verdict: 'refused',
    codes: ['WP-PUBLISHER-CHANGED'],
    word: 'changed',
  });
  expect((await run('1.2', null, shared)).codes).toEqual(['WP-PUBLISHER-LOST']);
  expect(shared.rows.listPublishers({})).toHaveLength(2);
});

test('a stranger who attests bytes that are remembered anyway is not learnt for what comes next', async () => {
  const shared = store();
  await run('1.1', null, shared);
  await run('1.0', ALICE, shared);
  expect(await run('1.1', MALLORY, shared)).toMatchObject({
    verdict: 'remembered',
    word: 'changed',
  });
  expect(shared.rows.listPublishers({})).toHaveLength(1);
  expect((await run('1.2', MALLORY, shared)).codes).toEqual(['WP-PUBLISHER-CHANGED']);
  expect((await run('1.2', ALICE, shared)).verdict).toBe('vouched');
});

test('nor beside another file of the same release', async () => {
  const shared = store();
  await run('1.0', null, shared);
  const other = async (version: string, said: Publisher | null) =>
    await run(version, said, shared, DEFAULT_POLICY, [], 'tar.gz');
  await other('1.0', ALICE);
  expect(await run('1.0', MALLORY, shared)).toMatchObject({
    verdict: 'remembered',
    word: 'inconsistent',
  });
  expect((await other('1.1', MALLORY)).codes).toEqual(['WP-PUBLISHER-CHANGED']);
});

test('a known publisher who cannot be asked is waited for, whoever else vouches', async () => {
  const shared = store();
  await run('1.0', ALICE, shared);
  const other: EvidenceKind = {
    kind: 'pin',
    class: 'you',
    foresee: async () => null,
    examine: async () => ({
      kind: 'pin',
      class: 'you',
      state: 'vouched',
      identity: 'x',
      detail: '',
      code: null,
    }),
  };
  expect((await run('1.1', null, shared, DEFAULT_POLICY, [other])).codes).toEqual([
    'WP-PUBLISHER-LOST',
  ]);
  expect(await run('1.1', 'down', shared, DEFAULT_POLICY, [other])).toMatchObject({
    verdict: 'undecided',
    codes: ['WP-UPSTREAM-STATUS'],
  });
  expect((await run('1.0', 'down', shared)).verdict).toBe('vouched');
  const said = { project: 'good', version: '1.1', reason: 'r', owner: 'o', at: 1 };
  shared.rows.acceptChange({ ...said, publisher: null });
  expect((await run('1.1', 'down', shared, DEFAULT_POLICY, [other])).verdict).toBe('vouched');
});

test('what could not be fetched is never taken for lost, nor learnt', async () => {
  const shared = store();
  await run('1.0', ALICE, shared);
  expect((await run('1.1', 'down', shared)).codes).toEqual(['WP-UPSTREAM-STATUS']);
  expect(shared.rows.listPublishers({})).toHaveLength(1);
});

test('where the policy names the publisher, remembered bytes wait for him too', async () => {
  const shared = store();
  const rule = githubRule();
  const named = { firstUse: null, require: null, cooldownMs: null, index: null, source: 'p' };
  const policy = sealPolicy({
    ...DEFAULT_POLICY,
    projects: [{ name: 'good', ...named, publishers: [rule] }],
  });
  await run('1.0', null, shared);
  expect((await run('1.0', 'down', shared)).verdict).toBe('remembered');
  expect((await run('1.0', 'down', shared, policy)).verdict).toBe('undecided');
  expect((await run('1.0', null, shared, policy)).codes).toEqual(['WP-PUBLISHER-MISSING']);
  expect((await run('1.0', MALLORY, shared, policy)).codes).toEqual(['WP-PUBLISHER-NOT-ALLOWED']);
  expect((await run('1.0', ALICE, shared, policy)).verdict).toBe('vouched');
});
