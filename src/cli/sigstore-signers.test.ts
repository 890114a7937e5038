// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signBlob, type BlobWish } from '../../test/world/sigstore/blob.ts';
import { gitHub } from '../../test/world/sigstore/signers.ts';
import { openSigstore } from '../../test/world/sigstore/sigstore.ts';
import type { Artifact } from '../core/artifact.ts';
import type { Finding } from '../core/finding.ts';
import type { SignerRule } from '../core/signer-rule.ts';
import { EVIDENCE_AT_HAND } from '../evidence/index.ts';
import { satisfied } from '../policy/requirement-proof.ts';
import { sigstoreSigners } from './sigstore-signers.ts';

const CONTENT = Buffer.from('the file');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const FILE: Artifact = {
  index: 'https://index.example/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0.tar.gz',
  kind: 'sdist',
  url: 'https://files.example/good-1.0.tar.gz',
  listed: null,
};
const LIST = 'https://good.example/SHA256SUMS';
const BUNDLE = `${LIST}.sigstore.json`;
const TEXT = `${SHA256}  ${FILE.filename}\n`;
const WORD = 'github:pypa/sampleproject?workflow=release.yml&tag=v{version}';
const signer = gitHub({
  repository: 'pypa/sampleproject',
  workflow: 'release.yml',
  ref: 'refs/tags/v1.0',
});

const world = openSigstore();
const stranger = openSigstore();
const signed = (wish: BlobWish = {}, text = TEXT): string =>
  signBlob(world, Buffer.from(text), { signer, ...wish });

const RULE: SignerRule = {
  project: 'good',
  speaksFor: 'publisher',
  openpgp: [],
  keyrings: [],
  minisign: [],
  ssh: [],
  sigstore: [WORD],
  sshNamespace: 'file',
  signatures: null,
  checksums: [LIST],
  threshold: 1,
  acceptEndedKeys: false,
  source: 'wheelproof.toml [[signer]] 1',
};

async function examine(
  things: Readonly<Record<string, string>>,
  { rule = RULE, artifact = FILE }: { rule?: SignerRule; artifact?: Artifact } = {},
): Promise<Finding> {
  const roots = [{ name: 'world', bytes: Buffer.from(world.trustedRoot()), checkedAt: 0 }];
  async function* body(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const kind = EVIDENCE_AT_HAND.checksums({
    upstream: {
      request: async ({ url }) => {
        const found = things[url];
        const status = found === undefined ? 404 : 200;
        return { status, headers: {}, url, body: body(found ?? '') };
      },
      close: async () => undefined,
    },
    files: { read: async () => null },
    signers: () => [rule],
    clock: { now: () => Date.now() },
    sigstore: sigstoreSigners(async () => roots),
  });
  const digests = { sha256: SHA256 };
  const held = { size: CONTENT.length, digests, read: async () => CONTENT };
  return await kind.examine(artifact, held);
}

describe('a list of checksums under a Sigstore bundle', () => {
  test.each([1, 2] as const)('vouches, logged by Rekor v%i', async (rekor) => {
    const finding = await examine({ [LIST]: TEXT, [BUNDLE]: signed({ rekor }) });
    expect(finding).toMatchObject({ state: 'vouched', class: 'publisher' });
    expect(finding.identity).toContain('GitHub pypa/sampleproject, workflow release.yml, tag v1.0');
    expect(finding.detail).toContain('authorised for good by wheelproof.toml [[signer]] 1');
  });

  test('of somebody else’s is a stranger’s, whatever the bundle is called', async () => {
    const others = [
      gitHub({ repository: 'evil/sampleproject', workflow: 'release.yml', ref: 'refs/tags/v1.0' }),
      gitHub({ repository: 'pypa/sampleproject', workflow: 'ci.yml', ref: 'refs/tags/v1.0' }),
      gitHub({ repository: 'pypa/sampleproject', workflow: 'release.yml', ref: 'refs/tags/v0.9' }),
    ];
    for (const other of others) {
      const finding = await examine({ [LIST]: TEXT, [BUNDLE]: signed({ signer: other }) });
      expect(finding).toMatchObject({ state: 'failed', code: 'WP-SIGNER-UNKNOWN' });
    }
  });

  test('for one release does not speak for another', async () => {
    const artifact = { ...FILE, version: '2.0' };
    const finding = await examine({ [LIST]: TEXT, [BUNDLE]: signed() }, { artifact });
    expect(finding).toMatchObject({ state: 'failed', code: 'WP-SIGNER-UNKNOWN' });
  });

  test('that was changed afterwards, or signed over something else, is a forgery', async () => {
    const changed = await examine({ [LIST]: `${TEXT}\n`, [BUNDLE]: signed() });
    expect(changed).toMatchObject({ state: 'failed', code: 'WP-ATTESTATION-DIGEST' });
    const over = await examine({ [LIST]: TEXT, [BUNDLE]: signed({ over: Buffer.from('x') }) });
    expect(over).toMatchObject({ state: 'failed', code: 'WP-ATTESTATION-SIGNATURE' });
    const elsewhere = await examine({ [LIST]: TEXT, [BUNDLE]: signed({ log: stranger.rekor[1] }) });
    expect(elsewhere).toMatchObject({ state: 'failed', code: 'WP-ATTESTATION-LOG' });
    const foreign = signBlob(stranger, Buffer.from(TEXT), { signer });
    expect(await examine({ [LIST]: TEXT, [BUNDLE]: foreign })).toMatchObject({
      state: 'failed',
      code: 'WP-ATTESTATION-AUTHORITY',
    });
    expect(await examine({ [LIST]: TEXT, [BUNDLE]: '{}' })).toMatchObject({
      state: 'failed',
      code: 'WP-ATTESTATION-MALFORMED',
    });
  });

  test('that is nobody’s is absent; one that names another hash contradicts', async () => {
    expect((await examine({ [LIST]: TEXT })).state).toBe('absent');
    const text = TEXT.replace(SHA256, '0'.repeat(64));
    expect(await examine({ [LIST]: text, [BUNDLE]: signed({}, text) })).toMatchObject({
      state: 'failed',
      code: 'WP-CHECKSUM-MISMATCH',
    });
  });

  test('and his attestation are one authority', async () => {
    const list = await examine({ [LIST]: TEXT, [BUNDLE]: signed() });
    const [authority = null] = list.authorities ?? [];
    const attestation = {
      ...list,
      kind: 'attestation',
      identity: authority,
      authorities: [authority ?? ''],
    };
    const twoOf = {
      op: 'count',
      atLeast: 2,
      of: [
        { op: 'name', name: 'checksums' },
        { op: 'name', name: 'attestation' },
      ],
    } as const;
    expect(satisfied(twoOf, [list, attestation])).toBe(false);
  });
});

test('an identity for some releases wants to know for which it is asked', () => {
  const { miss } = sigstoreSigners(async () => []);
  const publisher = {
    root: 'public-good',
    kind: 'GitHub',
    issuer: 'https://token.actions.githubusercontent.com',
    name: '',
    isEmail: false,
    repository: 'https://github.com/a/b',
    repositoryId: null,
    ownerId: null,
    workflow: 'r.yml',
    builder: null,
    environment: null,
    ref: 'refs/tags/v1.0',
    runner: null,
  } as const;
  expect(miss('github:a/b?workflow=r.yml', publisher, null)).toBe(null);
  expect(miss('github:a/b?workflow=r.yml&tag=v{version}', publisher, null)).toContain(
    'which release',
  );
  expect(miss('github:a/b?workflow=r.yml&tag=v{version}', publisher, '1')).toBe(null);
  expect(miss('github:a/b?workflow=r.yml&versions=<1', publisher, '1.0')).toContain('not for 1.0');
  expect(miss('github:a/b?workflow=r.yml&versions=<1', publisher, null)).toContain('which release');
});
