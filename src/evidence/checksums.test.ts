// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SignerRule } from '../core/signer-rule.ts';
import { checksumEvidence, distributionEvidence } from './checksums.ts';
import {
  clearSigned,
  CONTENT,
  detached,
  FILE,
  held,
  makeKey,
  noFiles,
  NOW,
  ruleFor,
  sha256,
  upstreamOf,
  type TestKey,
} from './signatures.test-support.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
const here = existsSync(DATA);
if (!here && process.env['CI'] !== undefined) throw new Error(`${DATA} is missing`);

const DOC = 'https://good.example/SUMS';
const RIGHT = `${sha256(CONTENT)}  ${FILE.filename}\n`;
let key: TestKey;
let other: TestKey;

beforeAll(async () => {
  [key, other] = await Promise.all([makeKey(), makeKey('Other')]);
});

const examine = async (
  things: Parameters<typeof upstreamOf>[0],
  rules: readonly SignerRule[] = [ruleFor([key], { checksums: [DOC] })],
  { artifact = FILE, content = CONTENT, asked = [] as string[], make = checksumEvidence } = {},
) =>
  await make({
    upstream: upstreamOf(things, asked),
    files: noFiles,
    signers: () => rules,
    clock: { now: () => NOW },
  }).examine(artifact, held(content));

describe('clear-signed lists', () => {
  test('vouch for the files they name', async () => {
    const text = `Checksums of Good 1.0\n\nMD5 checksums\n${'0'.repeat(32)}  ${FILE.filename}\n\nSHA256\n${RIGHT}`;
    const finding = await examine({ [DOC]: await clearSigned([key], text) });
    expect(finding).toMatchObject({
      state: 'vouched',
      class: 'publisher',
      identity: `OpenPGP key ${key.fingerprint}`,
    });
    const crlf = (await clearSigned([key], text)).replaceAll('\n', '\r\n');
    expect((await examine({ [DOC]: crlf })).state).toBe('vouched');
  });

  test('fail where they name other bytes', async () => {
    const content = Buffer.from('other');
    const finding = await examine({ [DOC]: await clearSigned([key], RIGHT) }, undefined, {
      content,
    });
    expect(finding).toMatchObject({ state: 'failed', code: 'WP-CHECKSUM-MISMATCH' });
  });

  test('say nothing outside of their signed part (I05)', async () => {
    const content = Buffer.from('evil');
    const evil = `${sha256(content)}  ${FILE.filename}\n`;
    const document = await clearSigned([key], 'nothing of interest\n');
    for (const around of [`${evil}${document}`, `${document}\n${evil}`]) {
      const finding = await examine({ [DOC]: around }, undefined, { content });
      expect(finding.state).not.toBe('vouched');
    }
  });

  test('say nothing of another release (I09), nor with MD5 alone (I10)', async () => {
    const old = await clearSigned([key], `${sha256(CONTENT)}  good-0.9.tar.gz\n`);
    expect(await examine({ [DOC]: old })).toMatchObject({ state: 'absent' });
    const md5 = createHash('md5').update(CONTENT).digest('hex');
    const weak = await examine({ [DOC]: await clearSigned([key], `${md5}  ${FILE.filename}\n`) });
    expect(weak).toMatchObject({ state: 'absent' });
    expect(weak.detail).toContain('md5 alone');
  });

  test('fail for other keys, and where they can be read in two ways', async () => {
    const strange = await examine({ [DOC]: await clearSigned([other], RIGHT) });
    expect(strange).toMatchObject({ state: 'failed', code: 'WP-SIGNER-UNKNOWN' });
    const twice = `${RIGHT}${'0'.repeat(64)}  ${FILE.filename}\n`;
    expect(await examine({ [DOC]: await clearSigned([key], twice) })).toMatchObject({
      state: 'failed',
      code: 'WP-CHECKSUM-AMBIGUOUS',
    });
  });

  test('of SHA-512 alone are compared too', async () => {
    const sha512 = createHash('sha512').update(CONTENT).digest('hex');
    const document = await clearSigned([key], `SHA512 (${FILE.filename}) = ${sha512}\n`);
    expect((await examine({ [DOC]: document })).state).toBe('vouched');
  });
});

describe('lists signed beside', () => {
  test('with OpenPGP; unsigned they say nothing', async () => {
    const signature = await detached([key], Buffer.from(RIGHT));
    expect((await examine({ [DOC]: RIGHT, [`${DOC}.asc`]: signature })).state).toBe('vouched');
    const finding = await examine({ [DOC]: RIGHT });
    expect(finding).toMatchObject({ state: 'absent' });
    expect(finding.detail).toContain('nobody signed it');
    const changed = { [DOC]: `${RIGHT}\n`, [`${DOC}.asc`]: signature };
    expect(await examine(changed)).toMatchObject({ code: 'WP-SIGNATURE-BAD' });
  });

  test('with minisign', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const id = Buffer.alloc(8, 1);
    const minisign = [Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64')];
    const hashed = createHash('blake2b512').update(RIGHT).digest();
    const signature = sign(null, hashed, privateKey);
    const global = sign(null, Buffer.concat([signature, Buffer.from('t')]), privateKey);
    const head = Buffer.concat([Buffer.from('ED'), id, signature]).toString('base64');
    const file = `untrusted comment: x\n${head}\ntrusted comment: t\n${global.toString('base64')}\n`;
    const things = { [DOC]: RIGHT, [`${DOC}.minisig`]: file };
    const rule = ruleFor([], { minisign, checksums: [DOC] });
    expect(await examine(things, [rule])).toMatchObject({
      state: 'vouched',
      identity: `minisign key ${minisign[0] ?? ''}`,
    });
    const stranger = ['RWRQhGcHOBlzw4CoKyugkk4ioDfoxlXxC9LBx+VNhJ3w9w+cAxgvPsuo'];
    const wrong = await examine(things, [{ ...rule, minisign: stranger }]);
    expect(wrong).toMatchObject({ state: 'failed', code: 'WP-SIGNER-UNKNOWN' });
  });

  test.skipIf(!here)('with SSH, for the namespace that is due', async () => {
    const read = (name: string): Buffer => readFileSync(join(DATA, 'sshsig', name));
    const things = { [DOC]: read('signed-data'), [`${DOC}.sig`]: read('ed25519.sig') };
    const ssh = [`a@b ${read('ed25519.pub').toString().trim()}`];
    const rule = ruleFor([], { ssh, checksums: [DOC], sshNamespace: 'unittest' });
    const finding = await examine(things, [rule]);
    expect(finding.detail).toContain('does not name good-1.0.tar.gz');
    expect(await examine(things, [{ ...rule, sshNamespace: 'file' }])).toMatchObject({
      code: 'WP-KEY-USAGE',
    });
    const stranger = [`a@b ${read('rsa.pub').toString().trim()}`];
    expect(await examine(things, [{ ...rule, ssh: stranger }])).toMatchObject({
      code: 'WP-SIGNER-UNKNOWN',
    });
    const over = [`a@b valid-before="20200101" ${read('ed25519.pub').toString().trim()}`];
    expect(await examine(things, [{ ...rule, ssh: over }])).toMatchObject({ code: 'WP-KEY-LIFE' });
  });
});

interface ClearSigned {
  readonly dsc: string;
  readonly sdist_sha256: string;
  readonly primary_key: string;
}

describe.skipIf(!here)('real source control files of Debian', () => {
  const folder = join(DATA, 'pgp/clearsigned');
  const entries: readonly ClearSigned[] = here
    ? JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8'))
    : [];
  const keyrings = here
    ? readdirSync(join(folder, 'keys')).map((name) =>
        readFileSync(join(folder, 'keys', name), 'utf8'),
      )
    : [];

  test.each(entries)('$dsc names exactly the sdist', async (entry) => {
    const rule = ruleFor([], {
      openpgp: [entry.primary_key],
      keyrings,
      checksums: [DOC],
      speaksFor: 'distribution',
      acceptEndedKeys: true,
    });
    const bytes = { ...held(), digests: { sha256: entry.sdist_sha256 } };
    const kind = distributionEvidence({
      upstream: upstreamOf({ [DOC]: readFileSync(join(folder, entry.dsc)) }),
      files: noFiles,
      signers: () => [rule],
      clock: { now: () => NOW },
    });
    const finding = await kind.examine(FILE, bytes);
    if (finding.code === 'WP-KEY-LIFE') return; // told in openpgp.test.ts of crypto
    expect(finding).toMatchObject({ state: 'vouched', class: 'repository' });
    expect(finding.identity).toBe(`OpenPGP key ${entry.primary_key}`);
    const others = await kind.examine(FILE, held());
    expect(others.state).toBe('absent');
  });
});
