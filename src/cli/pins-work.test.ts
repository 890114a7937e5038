// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { DEFAULT_POLICY, sealPolicy, type Policy } from '../policy/index.ts';
import { makePgpKey, signClear, type PgpKey } from '../../test/world/openpgp-keys.ts';
import { pinsFromDocument, type PinsOptions } from './pins-work.ts';

const DSC = join(import.meta.dirname, '../../../shared/data/pgp/clearsigned');
const here = existsSync(DSC);
if (!here && process.env['CI'] !== undefined) throw new Error(`${DSC} is missing`);

const NOW = Date.parse('2026-11-01T00:00:00Z');
const YESTERDAY = new Date(NOW - 86_400_000);
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

let ground = '';
let key: PgpKey;
beforeAll(async () => {
  key = await makePgpKey(new Date(NOW - 100 * 86_400_000));
});
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-pins-'));
  writeFileSync(join(ground, 'key.asc'), key.armour);
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

async function pins(
  path: string,
  options: Partial<PinsOptions> = {},
  policy: Policy = DEFAULT_POLICY,
): Promise<string> {
  let said = '';
  const io = { out: (text: string) => void (said += text), err: () => undefined };
  const context = { policy, trustedRoots: async () => [], clock: { now: () => NOW }, io };
  try {
    await pinsFromDocument(context, path, { format: 'requirements', ...options });
    return said;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return thrown.code;
  }
}

async function document(text: string): Promise<string> {
  const path = join(ground, 'SUMS');
  writeFileSync(path, await signClear([key], text, YESTERDAY));
  return path;
}

const byKey = (): Partial<PinsOptions> => ({
  keyring: [join(ground, 'key.asc')],
  signer: [key.fingerprint],
});
const LIST = `${A}  good-1.0.tar.gz\n${B} *dist/good-1.0-py3-none-any.whl\n${A}  README.md\n${B}  other-2.0.tar.gz\n`;

describe('pins from a list', () => {
  test('are what pip reads', async () => {
    expect(await pins(await document(LIST), byKey())).toBe(
      `good==1.0 \\\n    --hash=sha256:${A} \\\n    --hash=sha256:${B}\nother==2.0 \\\n    --hash=sha256:${B}\n`,
    );
    const only = await pins(await document(LIST), { ...byKey(), project: 'Other' });
    expect(only).toBe(`other==2.0 \\\n    --hash=sha256:${B}\n`);
  });

  test('are what a lock file holds', async () => {
    const text = await pins(await document(LIST), {
      ...byKey(),
      project: 'good',
      format: 'pylock',
    });
    expect(text).toBe(
      `[[packages]]\nname = "good"\nversion = "1.0"\n\n[packages.sdist]\nname = "good-1.0.tar.gz"\nhashes = { sha256 = "${A}" }\n\n` +
        `[[packages.wheels]]\nname = "good-1.0-py3-none-any.whl"\nhashes = { sha256 = "${B}" }\n`,
    );
  });

  test('come by the policy’s own table', async () => {
    const path = await document(LIST);
    const rule = {
      project: 'good',
      speaksFor: 'publisher',
      openpgp: [key.fingerprint],
      keyrings: [key.armour],
      minisign: [],
      ssh: [],
      sshNamespace: 'file',
      signatures: null,
      checksums: [],
      threshold: 1,
      acceptEndedKeys: false,
      source: 'x',
    } as const;
    const policy = sealPolicy({ ...DEFAULT_POLICY, signers: [rule] });
    expect(await pins(path, { project: 'good' }, policy)).toContain(`--hash=sha256:${A}`);
    expect(await pins(path, { project: 'other' }, policy)).toBe('WP-USAGE');
  });

  test.each([
    ['nobody says whose signature counts', {}, LIST, 'WP-USAGE'],
    ['a keyring alone is nobody’s word', { signer: [] }, LIST, 'WP-USAGE'],
    ['another key', { signer: ['0'.repeat(40)] }, LIST, 'WP-SIGNER-UNKNOWN'],
    ['a short id', { signer: ['89ABCDEF'] }, LIST, 'WP-USAGE'],
    ['MD5 alone', null, `${'c'.repeat(32)}  good-1.0.tar.gz\n`, 'WP-USAGE'],
    ['two hashes', null, `${A}  good-1.0.tar.gz\n${B}  good-1.0.tar.gz\n`, 'WP-CHECKSUM-AMBIGUOUS'],
  ])('are not written: %s', async (_name, over, text, code) => {
    const options = over === null ? byKey() : { ...byKey(), ...over };
    const given = Object.keys(over ?? { x: 1 }).length === 0 ? {} : options;
    expect(await pins(await document(text), given)).toBe(code);
  });

  test('are not written of an unsigned or changed document', async () => {
    const path = await document(LIST);
    const changed = readFileSync(path, 'utf8').replace(A, B);
    writeFileSync(path, changed);
    expect(await pins(path, byKey())).toBe('WP-SIGNATURE-BAD');
    writeFileSync(path, LIST);
    expect(await pins(path, byKey())).toBe('WP-NO-VOUCHER');
  });
});

test.skipIf(!here)('pins from a real source control file', async () => {
  const signer = ['E7729BFFBE85400FEEEE23B178D7DEFB9AD59AF1'];
  const keyring = [join(DSC, 'keys/E7729BFFBE85400FEEEE23B178D7DEFB9AD59AF1.asc')];
  const path = join(DSC, 'dkimpy_1.1.4-1.dsc');
  expect(await pins(path, { signer, keyring, for: 'dkimpy==1.1.4' })).toBe(
    'dkimpy==1.1.4 \\\n    --hash=sha256:edb6e78383b3a54c772bc9ff786e7eed7d76a57ba946209d9951b43f5073ab02\n',
  );
  expect(await pins(path, { signer, keyring })).toBe('WP-USAGE');
});
