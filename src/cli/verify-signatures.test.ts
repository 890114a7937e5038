// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePgpKey, signDetached } from '../../test/world/openpgp-keys.ts';
import { Refusal } from '../core/errors.ts';
import { makeSshSignature, sshKeyWords } from '../crypto/index.ts';
import { placesOf } from '../host/index.ts';
import { DEFAULT_POLICY, sealPolicy, type Policy } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import type { VerifyOptions } from './verify-context.ts';
import { verifyWord } from './verify-work.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/pgp/detached');
const here = existsSync(DATA);
if (!here && process.env['CI'] !== undefined) throw new Error(`${DATA} is missing`);

const SIGNER = '8F375C7E8D0EE125A3D3BD51537E2B76F7680DAC';
const FILE = 'chrony-4.3.tar.gz';
const ASC = join(DATA, 'chrony_4.3.orig.tar.gz.asc');
const KEYRING = join(DATA, 'chrony.signing-key.asc');

let ground = '';
let said = '';
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-verify-'));
  if (here) writeFileSync(join(ground, FILE), readFileSync(join(DATA, 'chrony_4.3.orig.tar.gz')));
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

async function verify(
  options: VerifyOptions,
  policy: Policy = DEFAULT_POLICY,
): Promise<number | string> {
  said = '';
  const rows = openMemoryTrustRows();
  try {
    return await verifyWord(
      {
        rows,
        clock: { now: () => Date.parse('2026-12-01T00:00:00Z') },
        policy,
        places: placesOf({}, ground),
        environment: {},
        directory: ground,
        io: { out: (text) => void (said += text) },
      },
      join(ground, FILE),
      { offline: true, ...options },
    );
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

describe.skipIf(!here)('wheelproof verify --signature', () => {
  test('says who signed; that he may, only where somebody says so', async () => {
    expect(await verify({ signature: [ASC], keyring: [KEYRING] })).toBe(11);
    expect(said).toContain(`OpenPGP key ${SIGNER} (unconfirmed`);
    expect(said).not.toContain('authorised for');
    expect(await verify({ signature: [ASC], keyring: [KEYRING], signer: [SIGNER] })).toBe(0);
    expect(said).toContain('authorised for chrony by --signer');
  });

  test('hears no key that was revoked here, whoever names it', async () => {
    const policy = { ...DEFAULT_POLICY, revokedKeys: [`OpenPGP key ${SIGNER}`] };
    const options = { signature: [ASC], keyring: [KEYRING] };
    expect(await verify({ ...options, signer: [SIGNER] }, policy)).toBe(12);
    expect(said).toContain('revoked in this trust store');
    expect(await verify(options, policy)).toBe(12);
  });

  test('takes the signature beside the file', async () => {
    writeFileSync(join(ground, `${FILE}.asc`), readFileSync(ASC));
    expect(await verify({ keyring: [KEYRING], signer: [SIGNER] })).toBe(0);
  });

  test('under the policy’s own table', async () => {
    const rule = {
      project: 'chrony',
      speaksFor: 'publisher',
      openpgp: [SIGNER],
      keyrings: [readFileSync(KEYRING, 'utf8')],
      minisign: [],
      ssh: [],
      sshNamespace: 'file',
      signatures: null,
      checksums: [],
      threshold: 1,
      acceptEndedKeys: false,
      source: 'wheelproof.toml [[signer]] 1',
    } as const;
    const policy = sealPolicy({ ...DEFAULT_POLICY, signers: [rule] });
    expect(await verify({ signature: [ASC] }, policy)).toBe(0);
    expect(said).toContain('authorised for chrony by wheelproof.toml [[signer]] 1');
  });

  test('refuses another file, another key, a missing signature', async () => {
    const other = join(DATA, 'tzdata_2026b.orig.tar.gz.asc');
    const ring = join(DATA, 'tzdata.signing-key.asc');
    expect(await verify({ signature: [other], keyring: [ring] })).toBe(10);
    expect(await verify({ signature: [ASC], keyring: [ring] })).toBe(12);
    const wrong = { signature: [ASC], keyring: [KEYRING], signer: ['0'.repeat(40)] };
    expect(await verify(wrong)).toBe(12);
    expect(await verify({ signature: ['/nowhere.asc'], keyring: [KEYRING] })).toBe('WP-USAGE');
    expect(await verify({ signature: [ASC] })).toBe('WP-USAGE');
    expect(await verify({ signature: [ASC], keyring: [ASC] })).toBe('WP-SIGNER-KEYS');
  });
});

describe('names that keys give themselves', () => {
  const NASTY = 'Ana\u001b[2K\u001b[1A\r\nopenpgp vouched: OpenPGP key \u202e';
  /** Control and format characters, but the line feeds of our own lines. */
  const CONTROL = /(?!\n)[\p{Cc}\p{Cf}]/u;

  test('are shown as text, and begin no line', async () => {
    writeFileSync(join(ground, FILE), 'x');
    const made = new Date('2026-01-01T00:00:00Z');
    const own = await makePgpKey(made, NASTY);
    writeFileSync(join(ground, 'ring.asc'), own.armour);
    const at = new Date('2026-11-01T00:00:00Z');
    for (const content of ['x', 'y']) {
      const signature = await signDetached([own], Buffer.from(content), at);
      writeFileSync(join(ground, 'x.asc'), signature);
      const given = { signature: [join(ground, 'x.asc')], keyring: [join(ground, 'ring.asc')] };
      await verify({ ...given, signer: [own.fingerprint] });
      expect(said).toContain(own.fingerprint.slice(-16));
      expect(said).not.toMatch(CONTROL);
      expect(said).not.toMatch(/^openpgp vouched/mu);
    }
  });

  test('of SSH principals, too', async () => {
    const list = `${createHash('sha256').update('x').digest('hex')}  ${FILE}\n`;
    writeFileSync(join(ground, FILE), 'x');
    writeFileSync(join(ground, 'SUMS'), list);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString(
      'hex',
    );
    const signer = {
      publicKey: raw,
      sign: async (data: Uint8Array) => new Uint8Array(sign(null, data, privateKey)),
    };
    const signature = await makeSshSignature(Buffer.from(list), 'file', signer);
    writeFileSync(join(ground, 'SUMS.sig'), signature);
    writeFileSync(join(ground, 'allowed'), `"ana\u001b[2K\u202e" ${sshKeyWords(raw)}\n`);
    await verify({ checksums: [join(ground, 'SUMS')], keyring: [join(ground, 'allowed')] });
    expect(said).toContain('SSH key SHA256:');
    expect(said).toContain('vouched');
    expect(said).not.toMatch(CONTROL);
  });
});
