// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { delegationsTo } from '../../test/world/signed-index.ts';
import {
  head,
  makeSigner,
  signed,
  targetOf,
  TufRepository,
  TufStore,
} from '../../test/world/tuf-repository.ts';
import type { Artifact } from '../core/artifact.ts';
import { Refusal } from '../core/errors.ts';
import type { PageAsk, PageReader } from '../core/evidence.ts';
import type { JsonObject } from '../core/strict-json.ts';
import type { Upstream, UpstreamAsk } from '../core/upstream.ts';
import { SignedIndexes } from './signed-indexes.ts';
import { developerEvidence, tufEvidence } from './tuf.ts';

const NOW = Date.UTC(2026, 0, 1);
const URL = 'https://packages.example/simple/';
const WHEEL = Buffer.from('a wheel');
const NAME = 'demo-1.0-py3-none-any.whl';
const PATH = `packages/demo/${NAME}`;
const PAGE = Buffer.from(
  JSON.stringify({
    meta: { 'api-version': '1.1' },
    name: 'demo',
    versions: ['1.0'],
    files: [{ filename: NAME, url: `../../${PATH}`, hashes: { sha256: sha256(WHEEL) }, size: 7 }],
  }),
);
const ARTIFACT: Artifact = {
  index: URL,
  project: 'demo',
  version: '1.0',
  filename: NAME,
  kind: 'wheel',
  url: `https://packages.example/${PATH}`,
  listed: null,
};

let repository: TufRepository;
let store: TufStore;
let asked: UpstreamAsk[];
let answers: Map<string, number>;

beforeEach(() => {
  repository = new TufRepository();
  store = new TufStore();
  asked = [];
  answers = new Map();
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function place(path: string, bytes: Uint8Array): void {
  const slash = path.lastIndexOf('/') + 1;
  blobs.set(`targets/${path.slice(0, slash)}${sha256(bytes)}.${path.slice(slash)}`, bytes);
}
const blobs = new Map<string, Uint8Array>();

const upstream: Upstream = {
  close: async () => {},
  async request(ask) {
    asked.push(ask);
    const path = decodeURIComponent(ask.url.replace('https://packages.example/', ''));
    const found = blobs.get(path) ?? repository.files.get(path.replace('metadata/', ''));
    const status = answers.get(path) ?? (found === undefined ? 404 : 200);
    const headers = { 'www-authenticate': 'Basic' };
    return { status, headers, url: ask.url, body: once(found ?? new Uint8Array()) };
  },
};

/** Signs the page and the wheel; opens the indexes of one run. */
function open(targets: JsonObject = honest(), over: JsonObject = {}) {
  place(PATH, WHEEL);
  place('simple/demo/index.v1+json', PAGE);
  const root = repository.publish(1, targets, over);
  return reopen(sha256(root), Buffer.from(root).toString('base64'));
}

function honest(): JsonObject {
  return { [PATH]: targetOf(WHEEL), 'simple/demo/index.v1+json': targetOf(PAGE) };
}

function reopen(
  sha: string,
  root: string | null,
  url = URL,
  repositoryAt = 'https://packages.example/',
) {
  return new SignedIndexes<string>({
    pins: new Map([[url, { sha256: sha, root, repository: repositoryAt }]]),
    upstream,
    clock: { now: () => NOW },
    memory: () => store,
    readIdentities: async (bytes) => Buffer.from(bytes).toString(),
    allowPlainHttp: () => false,
  });
}

const elsewhere: PageReader = { read: async () => ({ outcome: 'not-found', status: 418 }) };
const ask = (url = `${URL}demo/`, credentials: PageAsk['credentials'] = {}): PageAsk => ({
  url,
  credentials,
});
const held = (bytes: Uint8Array) => ({
  size: bytes.length,
  digests: { sha256: sha256(bytes) },
  read: async () => bytes,
});
const code = (value: string) => expect.objectContaining({ code: value });

test('a page is read from its signed target, its links against where it is asked for', async () => {
  const reading = await open().over(elsewhere).read(ask());
  expect(reading).toMatchObject({
    outcome: 'page',
    url: `${URL}demo/`,
    page: { project: 'demo', files: [{ url: `https://packages.example/${PATH}` }] },
  });
  expect(asked.map(({ url }) => url).some((url) => url.startsWith(URL))).toBe(false);
});

test('every spelling of an address leads there', async () => {
  const pages = open().over(elsewhere);
  for (const url of ['Demo', 'demo/', '%64emo/', 'DEMO/']) {
    expect(await pages.read(ask(`${URL}${url}`))).toMatchObject({ outcome: 'page' });
  }
});

test('nothing but signed pages is shown, and other indexes are left alone', async () => {
  const pages = open().over(elsewhere);
  for (const url of [URL, URL.slice(0, -1), `${URL}other/`, `${URL}demo/more/`, `${URL}?x`]) {
    expect(await pages.read(ask(url))).toEqual({ outcome: 'not-found', status: 404 });
  }
  expect(await pages.read(ask('https://other.example/simple/demo/'))).toMatchObject({
    status: 418,
  });
});

test('a page that was changed is refused with the name of the index', async () => {
  const indexes = open();
  for (const [path, bytes] of blobs)
    if (bytes === PAGE) blobs.set(path, Buffer.from(PAGE.toString().replace('1.0', '2.0')));
  await expect(indexes.over(elsewhere).read(ask())).rejects.toMatchObject({
    code: 'WP-TUF-MISMATCH',
    message: expect.stringContaining(URL),
  });
});

test('an index that says nothing is not one without pages', async () => {
  const pages = open().over(elsewhere);
  repository.files.delete('timestamp.json');
  await expect(pages.read(ask())).rejects.toMatchObject({ code: 'WP-TUF-UNREACHABLE' });
  answers.set('metadata/timestamp.json', 503);
  await expect(open().over(elsewhere).read(ask())).rejects.toMatchObject({
    code: 'WP-UPSTREAM-STATUS',
  });
});

test('a password that is asked for is told to the installer, and then used', async () => {
  answers.set('metadata/timestamp.json', 401);
  const pages = open().over(elsewhere);
  const refused = { outcome: 'unauthorised', status: 401, challenge: 'Basic' };
  expect(await pages.read(ask())).toEqual(refused);
  answers.clear();
  asked = [];
  expect(await pages.read(ask(undefined, { authorization: 'Basic x' }))).toMatchObject({
    outcome: 'page',
  });
  expect(asked.every(({ headers }) => headers['authorization'] === 'Basic x')).toBe(true);
});

test('a root that is pinned by its digest is looked for among all', async () => {
  open();
  const root = repository.files.get('1.root.json') ?? new Uint8Array();
  expect(await reopen(sha256(root), null).over(elsewhere).read(ask())).toMatchObject({
    outcome: 'page',
  });
  store = new TufStore();
  await expect(reopen('0'.repeat(64), null).over(elsewhere).read(ask())).rejects.toMatchObject({
    code: 'WP-TUF-SIGNATURE',
    message: expect.stringContaining('pinned sha256'),
  });
  expect(store.kept.size).toBe(0);
});

test('a trusted root that was damaged is begun again from the pin', async () => {
  const indexes = open();
  store.kept.set('root', Buffer.from('{'));
  expect(await indexes.over(elsewhere).read(ask())).toMatchObject({ outcome: 'page' });
});

test('what is trusted is kept only once it was verified', async () => {
  const indexes = open();
  const stranger = makeSigner();
  const meta = { 'snapshot.json': { version: 1 } };
  repository.files.set('timestamp.json', signed({ ...head('timestamp', 2), meta }, [stranger]));
  await expect(indexes.over(elsewhere).read(ask())).rejects.toMatchObject({
    code: 'WP-TUF-SIGNATURE',
  });
  expect([...store.kept.keys()]).toEqual(['root']);
});

test('one update serves a whole run, and each document is asked for once', async () => {
  const indexes = open();
  const pages = indexes.over(elsewhere);
  await Promise.all([
    pages.read(ask()),
    pages.read(ask()),
    tufEvidence(indexes).examine(ARTIFACT, held(WHEEL)),
  ]);
  const metadata = asked.map(({ url }) => url).filter((url) => url.includes('/metadata/'));
  expect(new Set(metadata).size).toBe(metadata.length);
});

test('a file is vouched for by its index, by name, length and hash', async () => {
  const tuf = tufEvidence(open());
  expect(await tuf.examine(ARTIFACT, held(WHEEL))).toMatchObject({
    state: 'vouched',
    class: 'repository',
    identity: URL,
  });
  expect(await tuf.examine(ARTIFACT, held(Buffer.from('a wheeL')))).toMatchObject({
    state: 'failed',
    code: 'WP-TUF-MISMATCH',
  });
  expect(
    await tuf.examine({ ...ARTIFACT, filename: 'demo-2.0-py3-none-any.whl' }, held(WHEEL)),
  ).toEqual(expect.objectContaining({ state: 'failed', code: 'WP-TUF-NOT-FOUND' }));
  expect(await tuf.examine({ ...ARTIFACT, filename: '../x' }, held(WHEEL))).toEqual(
    code('WP-TUF-NOT-FOUND'),
  );
});

test('so is one whose address a lock file gives; of other indexes nothing is known', async () => {
  const tuf = tufEvidence(open());
  const direct = { ...ARTIFACT, index: 'direct:https://packages.example' };
  expect(await tuf.examine(direct, held(WHEEL))).toMatchObject({ state: 'vouched' });
  const other = { ...ARTIFACT, index: 'https://other.example/simple/' };
  expect(tuf.foresee(other, sha256(WHEEL))).toMatchObject({ state: 'absent' });
  expect(await tuf.examine(other, held(WHEEL))).toMatchObject({ state: 'absent' });
  expect(tuf.foresee(ARTIFACT, sha256(WHEEL))).toBeNull();
});

test('an index that cannot be reached leaves the question open', async () => {
  const indexes = open();
  answers.set('metadata/timestamp.json', 500);
  const finding = await tufEvidence(indexes).examine(ARTIFACT, held(WHEEL));
  expect(finding).toMatchObject({ state: 'unreachable', code: 'WP-UPSTREAM-STATUS' });
});

const developer = makeSigner();
const holder = makeSigner();

/** The page is the server's; the wheel is named by whoever `role` leads to. */
function claimed(role: string, keeper = holder): SignedIndexes<string> {
  const page = { 'simple/demo/index.v1+json': targetOf(PAGE) };
  const own = { name: 'demo-developers', signers: [developer], paths: ['packages/demo/*'] };
  const put = (name: string, signer: typeof holder, content: JsonObject): void => {
    repository.delegated.set(name, 1);
    repository.files.set(
      `1.${name}.json`,
      signed({ ...head('targets', 1), targets: {}, ...content }, [signer]),
    );
  };
  put(role, keeper, delegationsTo(own));
  put(own.name, developer, { targets: { [PATH]: targetOf(WHEEL) } });
  return open(page, delegationsTo({ name: role, signers: [keeper], paths: ['packages/*/*'] }));
}

test('a developer whom the holders have let claim the project vouches as its publisher (PEP 480)', async () => {
  const finding = await developerEvidence(claimed('claimed')).examine(ARTIFACT, held(WHEEL));
  expect(finding).toMatchObject({
    state: 'vouched',
    class: 'publisher',
    identity: `key ${developer.keyid.slice(0, 16)}`,
    authorities: [developer.keyid],
  });
  expect(finding.unconfirmed).toBeUndefined();
});

test('a claim that the holders have not signed counts for nothing yet', async () => {
  const finding = await developerEvidence(claimed('recently-claimed')).examine(
    ARTIFACT,
    held(WHEEL),
  );
  expect(finding).toMatchObject({ state: 'vouched', unconfirmed: true });
});

test.each(['recently-claimed', 'claimed'])(
  'a claim under the key of the server alone counts for nothing (%s)',
  async (role) => {
    const online = repository.signers.timestamp;
    const finding = await developerEvidence(claimed(role, online)).examine(ARTIFACT, held(WHEEL));
    expect(finding).toMatchObject({ state: 'vouched', unconfirmed: true });
  },
);

test('what nobody has claimed, and what is not what was signed, no developer vouches for', async () => {
  const plain = developerEvidence(open());
  expect(await plain.examine(ARTIFACT, held(WHEEL))).toMatchObject({ state: 'absent' });
  repository = new TufRepository();
  store = new TufStore();
  const other = developerEvidence(claimed('claimed'));
  expect(await other.examine(ARTIFACT, held(Buffer.from('a wheeL')))).toMatchObject({
    state: 'absent',
    code: null,
  });
});

test('identities are read where the holders sign them, and nowhere below', async () => {
  const said = Buffer.from('who may release what');
  place('policy/identities.v1.json', said);
  const top = open({ ...honest(), 'policy/identities.v1.json': targetOf(said) });
  expect(top.identitiesFor(ARTIFACT)).toBeNull();
  await top.over(elsewhere).read(ask());
  expect(top.identitiesFor(ARTIFACT)).toBe('who may release what');
  expect(top.identitiesFor({ ...ARTIFACT, index: 'https://other.example/' })).toBeNull();

  repository = new TufRepository();
  store = new TufStore();
  const online = makeSigner();
  repository.delegated.set('bins', 1);
  const forged = { targets: { 'policy/identities.v1.json': targetOf(said) } };
  repository.files.set('1.bins.json', signed({ ...head('targets', 1), ...forged }, [online]));
  const below = open(
    honest(),
    delegationsTo({ name: 'bins', signers: [online], paths: ['policy/*'] }),
  );
  await below.over(elsewhere).read(ask());
  expect(below.identitiesFor(ARTIFACT)).toBeNull();
});

test('identities that cannot be had leave nothing passing', async () => {
  const indexes = open({ ...honest(), 'policy/identities.v1.json': targetOf(Buffer.from('gone')) });
  await expect(indexes.over(elsewhere).read(ask())).rejects.toBeInstanceOf(Refusal);
  expect(await tufEvidence(indexes).examine(ARTIFACT, held(WHEEL))).not.toMatchObject({
    state: 'vouched',
  });
});

test('an index is the same however its address is spelled: pip quotes `+simple` anew', async () => {
  open();
  const root = Buffer.from(repository.files.get('1.root.json') ?? []);
  const spellings = ['https://packages.example/+simple/', 'https://packages.example/%2Bsimple/'];
  for (const pinned of spellings) {
    const indexes = reopen(sha256(root), root.toString('base64'), pinned);
    for (const index of spellings) {
      expect(await indexes.over(elsewhere).read(ask(`${index}demo/`))).toMatchObject({
        outcome: 'page',
      });
      const other = { ...ARTIFACT, index, filename: 'demo-2.0-py3-none-any.whl' };
      expect(await tufEvidence(indexes).examine(other, held(WHEEL))).toEqual(
        code('WP-TUF-NOT-FOUND'),
      );
    }
  }
});

test('no spelling of an address leads round the index, nor one beside its pages', async () => {
  const index = { index: 'direct:https://packages.example' };
  const addresses = ['/team//packages/x.whl', '/%74eam/packages/x.whl', '//team/x.whl'];
  for (const where of ['https://packages.example/team/', 'https://tuf.example/']) {
    const indexes = reopen('', null, 'https://packages.example/team/simple/', where);
    for (const path of addresses)
      expect(indexes.of({ ...index, url: `https://packages.example${path}` })).not.toBeNull();
    expect(indexes.of({ ...index, url: 'https://packages.example/other/x.whl' })).toBeNull();
  }
});

test('a password for the host of a file is not told to the index', async () => {
  const indexes = open();
  const foreign = { ...ARTIFACT, url: 'https://files.example/demo-1.0-py3-none-any.whl' };
  const tuf = tufEvidence(indexes);
  tuf.begin?.(foreign, { authorization: 'Basic secret' });
  await tuf.examine(foreign, held(WHEEL));
  expect(asked.filter(({ headers }) => headers['authorization'] !== undefined)).toEqual([]);
});

test('a page is never longer than pages may be, whatever is signed', async () => {
  const endless = { ...targetOf(PAGE), length: Number.MAX_SAFE_INTEGER };
  const pages = open({ ...honest(), 'simple/demo/index.v1+json': endless }).over(elsewhere);
  await expect(pages.read(ask())).rejects.toMatchObject({ code: 'WP-TUF-LIMIT' });
});
