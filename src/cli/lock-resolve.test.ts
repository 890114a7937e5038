// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { ListedFile } from '../core/artifact.ts';
import { bareListing } from '../core/listed-file.ts';
import { Refusal } from '../core/errors.ts';
import type { LockedPackage } from '../core/lockfile.ts';
import type { Publisher } from '../core/publisher.ts';
import type { Receipt } from '../core/verification.ts';
import { pageKey, type PageAnswer } from './index-pages.ts';
import { identitiesIn, strangersTo } from './lock-identities.ts';
import { LockIndexes } from './lock-indexes.ts';
import { merged, resolve } from './lock-resolve.ts';

const INDEX = 'https://index.example/simple/';
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const C = 'c'.repeat(64);

const locked = (more: Partial<LockedPackage> = {}): LockedPackage => ({
  name: 'good',
  version: '1.0',
  hashes: [],
  files: [],
  marker: null,
  requiresPython: null,
  index: null,
  place: null,
  groups: [],
  identities: [],
  where: 'x.lock:1',
  ...more,
});

const listed = (filename: string, sha256: string | null): ListedFile => ({
  ...bareListing(filename, `https://files.example/${filename}`),
  hashes: sha256 === null ? { md5: 'd' } : { sha256 },
  size: 1,
});

const FILES = [
  listed('good-1.0-py3-none-any.whl', A),
  listed('good-1.0.tar.gz', B),
  listed('good-1.0.0-py2-none-any.whl', C),
  listed('good-1.1-py3-none-any.whl', C),
  listed('good-1.0-py3.8.egg', C),
];

const pages = (answer: PageAnswer): ReadonlyMap<string, PageAnswer> =>
  new Map([[pageKey({ index: INDEX, project: 'good' }), answer]]);
const page = (files = FILES, status: 'active' | 'quarantined' = 'active'): PageAnswer => ({
  url: `${INDEX}good/`,
  files,
  status,
});

const namesOf = (one: LockedPackage, answer = page()): readonly string[] =>
  resolve(one, INDEX, pages(answer)).files.map(({ filename }) => filename);
const file = (filename: string, sha256: string) => ({
  filename,
  url: null,
  hashes: { sha256 },
  size: null,
  uploadTime: null,
  where: 'x.lock:2',
});

describe('the files of a locked release', () => {
  test('are all of it that its index lists, where the lock states no digest', () => {
    expect(namesOf(locked())).toStrictEqual([
      'good-1.0-py3-none-any.whl',
      'good-1.0.tar.gz',
      'good-1.0.0-py2-none-any.whl',
    ]);
  });

  test('are those with a digest that the lock states, of files or of the release', () => {
    const named = locked({ files: [file('good-1.0.tar.gz', B)] });
    expect(namesOf(named)).toStrictEqual(['good-1.0.tar.gz']);
    expect(namesOf(locked({ hashes: [{ sha256: A }] }))).toStrictEqual([
      'good-1.0-py3-none-any.whl',
    ]);
  });

  test.each<[string, LockedPackage, PageAnswer, string]>([
    [
      'under another digest than the index lists',
      locked({ files: [file('good-1.0.tar.gz', A)] }),
      page(),
      'WP-HASH-MISMATCH',
    ],
    ['that nobody lists', locked({ version: '9' }), page(), 'WP-NO-VOUCHER'],
    [
      'with digests of no listed file',
      locked({ hashes: [{ sha256: 'd'.repeat(64) }] }),
      page(),
      'WP-PIN-MISMATCH',
    ],
    [
      'listed without a strong digest',
      locked(),
      page([listed('good-1.0.tar.gz', null)]),
      'WP-NO-STRONG-HASH',
    ],
    ['of a quarantined project', locked(), page([], 'quarantined'), 'WP-QUARANTINED'],
    ['whose version is left open', locked({ version: null }), page(), 'WP-USAGE'],
    [
      'whose index gives no answer',
      locked(),
      new Refusal('WP-UPSTREAM-UNREACHABLE', { message: 'down' }),
      'WP-UPSTREAM-UNREACHABLE',
    ],
  ])('%s are refused', (_, one, answer, code) => {
    expect(() => namesOf(one, answer)).toThrow(expect.objectContaining({ code }));
  });
});

test('what several groups or platforms say of one release is one entry', () => {
  const both = [
    locked({ marker: 'a', hashes: [{ sha256: A }] }),
    locked({ marker: 'b', hashes: [{ sha256: B }] }),
  ];
  expect(merged(both)).toMatchObject([
    { marker: '(a) or (b)', hashes: [{ sha256: A }, { sha256: B }] },
  ]);
  expect(merged([...both, locked()])).toMatchObject([{ marker: null }]);
});

describe('the index of a locked release', () => {
  const hints = {
    options: [],
    given: null,
    environment: {},
    directory: '/',
    machine: { ask: async () => null, findProgram: async () => null },
    remembered: () => null,
  };
  test.each<[string, Partial<ConstructorParameters<typeof LockIndexes>[0]>, string | null]>([
    ['the lock', { given: 'https://given.example/x' }, INDEX],
    ['--index', { given: 'https://given.example/x' }, null],
    ['a variable', { environment: { UV_DEFAULT_INDEX: 'one=https://given.example/x/' } }, null],
    ['memory', { remembered: () => 'https://given.example/x/' }, null],
    [
      "pip's own default",
      { machine: { ask: async () => 'https://given.example/x\n', findProgram: async () => '/p' } },
      null,
    ],
  ])('is told by %s', async (_, more, index) => {
    const found = await new LockIndexes({ ...hints, ...more }).of(locked({ index }));
    expect(found).toBe(index ?? 'https://given.example/x/');
  });

  test('is asked for where nobody tells', async () => {
    await expect(new LockIndexes(hints).of(locked())).rejects.toMatchObject({ code: 'WP-USAGE' });
  });
});

const publisher = (more: Partial<Publisher> = {}): Publisher => ({
  root: 'public-good',
  kind: 'GitHub',
  issuer: 'https://token.actions.githubusercontent.com',
  name: 'x',
  isEmail: false,
  repository: 'https://github.com/good/good',
  repositoryId: null,
  ownerId: null,
  workflow: 'release.yml',
  builder: null,
  environment: null,
  ref: null,
  runner: null,
  ...more,
});

const receipt = (...publishers: readonly Publisher[]): Receipt => {
  const attested = publishers.map((one) => ({ publisher: one, predicate: 'publish' as const }));
  const finding = {
    kind: 'attestation',
    class: 'publisher',
    state: 'vouched',
    identity: 'x',
    detail: 'x',
    code: null,
    attested,
  } as const;
  return {
    artifact: {
      index: INDEX,
      project: 'good',
      version: '1.0',
      filename: 'good-1.0.tar.gz',
      kind: 'sdist',
      url: 'https://files.example/x',
      listed: null,
    },
    sha256: A,
    size: 1,
    decision: { verdict: 'vouched', reasons: [], findings: [finding], notes: [] },
    at: 0,
    asked: true,
  };
};

describe('attestation identities', () => {
  test('are those of the certificates, in the words of PEP 751, each once', () => {
    const found = identitiesIn([
      receipt(publisher(), publisher({ ref: 'refs/tags/v1' })),
      receipt(publisher({ environment: 'release' })),
      receipt(publisher({ kind: 'Google', name: 'me@example', isEmail: true, repository: null })),
      receipt(publisher({ kind: 'other' })),
    ]);
    const github = { kind: 'GitHub', repository: 'good/good', workflow: 'release.yml' };
    expect(found).toStrictEqual([
      { ...github, environment: 'release' },
      github,
      { kind: 'Google', email: 'me@example' },
    ]);
  });

  test('of a lock must be those of the files', () => {
    const identities = [{ kind: 'GitHub', repository: 'good/good', workflow: 'release.yml' }];
    const one = locked({ identities });
    expect(strangersTo([one], [receipt(publisher({ environment: 'e' }))])).toStrictEqual([]);
    expect(strangersTo([one], [receipt()])).toStrictEqual([]);
    expect(strangersTo([locked()], [receipt(publisher())])).toStrictEqual([]);
    const evil = publisher({ repository: 'https://github.com/evil/good' });
    expect(strangersTo([one], [receipt(evil)])).toMatchObject([
      { code: 'WP-PUBLISHER-CHANGED', subject: 'good 1.0' },
    ]);
  });
});
