// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TrustRows } from '../core/trust-rows.ts';
import { placesOf } from '../host/index.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { approve } from '../trust/index.ts';
import { judgeHere } from '../evidence/provenance-judge.ts';
import { openPublicGoodRoot } from '../trust/public-good-root.ts';
import { serveRaw } from '../../test/world/raw-server.ts';
import type { VerifyOptions } from './verify-context.ts';
import { verifyWord } from './verify-work.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const PEP740 = join(DATA, 'pep740');
const isThere = existsSync(join(PEP740, 'files'));
const NOW = Date.parse('2026-12-01T00:00:00Z');
const WHEEL = 'circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl';
const SDIST = 'pypi_attestation_models-0.0.4a2.tar.gz';

let ground = '';
let said = '';
let rows: TrustRows;
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-verify-'));
  rows = openMemoryTrustRows();
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const at = (name: string): string => join(ground, name);
const sha256Of = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

async function verify(
  word: string,
  options: Omit<VerifyOptions, 'offline'> & { readonly offline?: true | undefined } = {},
  policy: Policy = DEFAULT_POLICY,
): Promise<number> {
  said = '';
  const { offline, ...given } = { offline: true as const, ...options };
  return await verifyWord(
    {
      rows,
      clock: { now: () => NOW },
      policy,
      places: placesOf({}, ground),
      environment: {},
      directory: ground,
      io: { out: (text) => void (said += text) },
    },
    word,
    { ...given, ...(offline === undefined ? {} : { offline }) },
  );
}

function bring(name: string): string {
  copyFileSync(join(PEP740, 'files', name), at(name));
  return at(name);
}

function remember(path: string, filename: string, sha256 = sha256Of(path)): void {
  rows.remember({
    index: 'https://index.example/simple/',
    project: filename.split('-')[0]?.replaceAll('_', '-') ?? '',
    version: '0.0.4a2',
    filename,
    url: `https://index.example/${filename}`,
    sha256,
    size: 1,
    firstSeen: NOW,
    lastSeen: NOW,
    verdict: 'first-seen',
    policy: 'p',
  });
}

test.runIf(process.env['CI'] !== undefined)('the real files are there', () => {
  expect(isThere).toBe(true);
});

describe.runIf(isThere)('a real file', () => {
  test('that nobody vouches for is 11, and to be remembered is not enough', async () => {
    const path = bring(SDIST);
    expect(await verify(path)).toBe(11);
    expect(said).toContain('attestation  absent');
    expect(said).toContain('WP-NO-VOUCHER');
    remember(path, SDIST);
    expect(await verify(path)).toBe(11);
    expect(said).toContain('memory       vouched');
    expect(said).toContain('this machine only remembers it');
  });

  test('that a person approved is vouched for', async () => {
    const path = bring(SDIST);
    const wish = { sha256: sha256Of(path), project: null, reason: 'read it', owner: 'ada' };
    approve(rows, { ...wish, expiresAt: null }, { now: NOW, run: 'test' });
    expect(await verify(path)).toBe(0);
    expect(said).toMatch(/vouched\n$/u);
    const digest = `sha256:${sha256Of(path)}`;
    expect(await verify(digest, { name: SDIST })).toBe(0);
    expect(said).toContain('only the digest was at hand');
    await expect(verify(digest)).rejects.toMatchObject({ code: 'WP-USAGE' });
  });

  test('under a name that this machine remembers otherwise is 10', async () => {
    const path = bring(SDIST);
    remember(path, SDIST, 'a'.repeat(64));
    expect(await verify(path)).toBe(10);
    expect(said).toContain('WP-NAME-REUSED');
  });

  test('that a lock file pins is vouched for; another hash there is 10', async () => {
    const path = bring(SDIST);
    const lock = (sha256: string): void =>
      writeFileSync(
        at('requirements.txt'),
        `pypi-attestation-models==0.0.4a2 --hash=sha256:${sha256}\n`,
      );
    lock(sha256Of(path));
    expect(await verify(path, { requirement: ['requirements.txt'] })).toBe(0);
    lock('b'.repeat(64));
    expect(await verify(path, { requirement: ['requirements.txt'] })).toBe(10);
  });

  test('with a provenance beside it tells who published it', async () => {
    const path = bring(WHEEL);
    copyFileSync(join(PEP740, `${WHEEL}.provenance`), `${path}.provenance`);
    await verify(path);
    expect(said).toContain('CircleCI github.com/CircleCI-Public/sign-and-publish-examples');
    expect(said).toContain('rekor.sigstore.dev entry');
  });

  test('whose publisher is the one that is named is vouched for; another is 12, none 11', async () => {
    const path = bring(WHEEL);
    const provenance = [join(PEP740, `${WHEEL}.provenance`)];
    const project = 'circleci:fdd9283f-e619-46af-8f9c-851f7d3e8b2b';
    const pipeline = 'pipeline-definition-id=8e4f8ab2-8d7c-4827-9f15-de076d6d647f';
    const identity = [`${project}?${pipeline}`];
    expect(await verify(path, { provenance })).toBe(11);
    expect(said).toContain('nothing says that he may release it');
    expect(await verify(path, { provenance, identity })).toBe(0);
    expect(said).toMatch(/vouched\n$/u);
    expect(await verify(path, { identity })).toBe(11);
    expect(said).toContain('WP-PUBLISHER-MISSING');
    const other = ['github:CircleCI-Public/sign-and-publish-examples?workflow=release.yml'];
    expect(await verify(path, { provenance, identity: other })).toBe(12);
    expect(said).toContain('WP-PUBLISHER-NOT-ALLOWED');
    expect(said).not.toContain('unconfirmed');
    expect(await verify(path, { provenance, identity: [...other, ...identity] })).toBe(0);
    await expect(verify(path, { identity: ['github:x'] })).rejects.toMatchObject({
      code: 'WP-USAGE',
    });
  });

  test('whose publisher this machine remembers of another release is vouched for', async () => {
    const path = bring(WHEEL);
    const provenance = [join(PEP740, `${WHEEL}.provenance`)];
    const file = { filename: WHEEL, project: 'circleci-sign-publish-example' };
    const { vouchers } = await judgeHere.judge({
      provenance: readFileSync(join(PEP740, `${WHEEL}.provenance`)),
      file: { ...file, sha256: sha256Of(path) },
      roots: [await openPublicGoodRoot()],
    });
    const publishers = vouchers.map(({ publisher }) => publisher);
    expect(publishers).toHaveLength(1);
    const index = 'https://index.example/simple/';
    const { project } = file;
    const old = { index, project, version: '0.0.1.dev100', filename: 'x-0.0.1.dev100.tar.gz' };
    const seen = { sha256: 'd'.repeat(64), firstSeen: NOW };
    rows.remember({
      ...old,
      ...seen,
      url: index,
      size: 1,
      lastSeen: NOW,
      verdict: 'vouched',
      policy: '',
    });
    rows.rememberPublishers({ ...old, ...seen, publishers });
    expect(await verify(path, { provenance })).toBe(0);
  });

  test('with an attestation of other bytes is 10, though somebody approved it', async () => {
    const path = bring(WHEEL);
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')]));
    const wish = { sha256: sha256Of(path), project: null, reason: 'read it', owner: 'ada' };
    approve(rows, { ...wish, expiresAt: null }, { now: NOW, run: 'test' });
    expect(await verify(path, { provenance: [join(PEP740, `${WHEEL}.provenance`)] })).toBe(10);
    expect(said).toContain('WP-ATTESTATION-DIGEST');
  });

  test('with an attestation of another file is 12', async () => {
    const path = bring(SDIST);
    expect(await verify(path, { provenance: [join(PEP740, `${WHEEL}.provenance`)] })).toBe(12);
  });

  test('attested under another instance is 12, and under that root it is read', async () => {
    const path = bring(SDIST);
    const attestation = [join(PEP740, `${SDIST}.attestation`)];
    const exit = await verify(path, { attestation });
    const trustedRoot = join(DATA, 'sigstore', 'staging', 'trusted_root.json');
    const other = await verify(path, { attestation, trustedRoot });
    expect([exit, other]).toContain(12);
    expect([exit, other]).not.toEqual([12, 12]);
  });

  test('as JSON is the report', async () => {
    const path = bring(SDIST);
    expect(await verify(path, { json: true })).toBe(11);
    expect(JSON.parse(said)).toMatchObject({
      version: 1,
      exit: 11,
      summary: { files: 1, refused: 1 },
      files: [{ filename: SDIST, sha256: sha256Of(path), verdict: 'refused' }],
      trusted_roots: [{ name: 'public-good' }],
    });
  });
});

describe.runIf(isThere)('a file whose index is asked', () => {
  const FILE = '/simple/circleci-sign-publish-example/';
  const provenanceOf = () => readFileSync(join(PEP740, `${WHEEL}.provenance`));

  /** An index of one page, for as long as it takes. */
  async function withIndex(
    { sha256, provenance }: { sha256: string; provenance: Uint8Array | null },
    work: (index: string) => Promise<void>,
  ): Promise<void> {
    const server = await serveRaw((socket, head) => {
      const say = (status: string, type: string, body: Uint8Array | string): void => {
        const length = Buffer.byteLength(body);
        socket.write(
          `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`,
        );
        socket.write(body);
      };
      if (head.startsWith(`GET ${FILE} `)) {
        const url = `http://127.0.0.1:${server.port}/${WHEEL}`;
        const file = { filename: WHEEL, url, hashes: { sha256 }, provenance: `${url}.provenance` };
        const page = { meta: { 'api-version': '1.4' }, name: 'x', versions: [], files: [file] };
        const body = JSON.stringify({ ...page, name: 'circleci-sign-publish-example' });
        say('200 OK', 'application/vnd.pypi.simple.v1+json', body);
      } else if (head.includes('.provenance') && provenance !== null) {
        say('200 OK', 'application/json', provenance);
      } else say('404 Not Found', 'text/plain', 'no');
    });
    try {
      await work(`http://127.0.0.1:${server.port}/simple/`);
    } finally {
      await server.close();
    }
  }

  test('is attested by what its page names', async () => {
    const path = bring(WHEEL);
    const good = { sha256: sha256Of(path), provenance: provenanceOf() };
    await withIndex(good, async (index) => {
      await verify(path, { index, offline: undefined });
      expect(said).toContain('index-hash   vouched');
      expect(said).toContain('CircleCI github.com/CircleCI-Public/sign-and-publish-examples');
      await verify(path, { index });
      expect(said).not.toContain('CircleCI github.com');
    });
  });

  test('whose attestations cannot be had is 20; whose page says another hash is 10', async () => {
    const path = bring(WHEEL);
    await withIndex({ sha256: sha256Of(path), provenance: null }, async (index) => {
      expect(await verify(path, { index, offline: undefined })).toBe(20);
    });
    const lie = { sha256: 'c'.repeat(64), provenance: provenanceOf() };
    await withIndex(lie, async (index) => {
      expect(await verify(path, { index, offline: undefined })).toBe(10);
      expect(said).toContain('WP-HASH-MISMATCH');
    });
  });

  test('whose page says another hash than the digest at hand is 10, whoever vouches', async () => {
    const sha256 = 'd'.repeat(64);
    const wish = { sha256, project: null, reason: 'read it', owner: 'ada', expiresAt: null };
    approve(rows, wish, { now: NOW, run: 'test' });
    const asked = { name: WHEEL, offline: undefined };
    await withIndex({ sha256, provenance: null }, async (index) => {
      expect(await verify(`sha256:${sha256}`, { ...asked, index })).toBe(0);
    });
    await withIndex({ sha256: 'c'.repeat(64), provenance: null }, async (index) => {
      expect(await verify(`sha256:${sha256}`, { ...asked, index })).toBe(10);
      expect(said).toContain('WP-HASH-MISMATCH');
    });
  });

  test('that does not answer leaves the question open, and is not needed where evidence is', async () => {
    const path = bring(WHEEL);
    let gone = '';
    await withIndex({ sha256: '', provenance: null }, async (index) => {
      gone = index;
    });
    expect(await verify(path, { index: gone, offline: undefined })).toBe(20);
    const provenance = [join(PEP740, `${WHEEL}.provenance`)];
    await verify(path, { index: gone, offline: undefined, provenance });
    expect(said).toContain('its index could not be asked');
    expect(said).toContain('CircleCI github.com/CircleCI-Public');
  });
});

test('what cannot be read is a usage error, and evidence that cannot be read is no absence', async () => {
  await expect(verify(at('gone.whl'))).rejects.toMatchObject({ code: 'WP-USAGE' });
  writeFileSync(at('demo-1.0.tar.gz'), 'x');
  const provenance = [at('gone.provenance')];
  await expect(verify(at('demo-1.0.tar.gz'), { provenance })).rejects.toMatchObject({
    code: 'WP-USAGE',
  });
});

test.each([['demo-1.0.tar.gz'], ['demo-1.0-py3-none-any.whl']])(
  '%s of garbage, with garbage for evidence, fails',
  async (name) => {
    writeFileSync(at(name), 'no archive');
    expect(await verify(at(name))).not.toBe(0);
    writeFileSync(at(`${name}.provenance`), '[[[[');
    expect(await verify(at(name))).toBe(10);
    expect(said).toContain('WP-ATTESTATION-MALFORMED');
    writeFileSync(at(`${name}.provenance`), Buffer.alloc(3 * 1024 * 1024, 0x20));
    expect(await verify(at(name))).toBe(14);
    expect(said).toContain('WP-ATTESTATION-LIMIT');
  },
);
