// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import { generateKeyPairSync, sign as signData } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../core/errors.ts';
import type { SignerRule } from '../../core/signer-rule.ts';
import type { TrustRows } from '../../core/trust-rows.ts';
import { makeSshSignature, sshKeyWords } from '../../crypto/index.ts';
import { placesOf } from '../../host/index.ts';
import { DEFAULT_POLICY, signersIn } from '../../policy/index.ts';
import { openMemoryTrustRows } from '../../storage/index.ts';
import {
  fingerprintOf,
  makePgpKey,
  signClear,
  type PgpKey,
} from '../../../test/world/openpgp-keys.ts';
import { openHeldKeys, withHeldKeys } from '../held-signers.ts';
import { registerTrustKeyCommand } from './trust-key.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const DAY = 86_400_000;
const LAST_WEEK = new Date(NOW - 7 * DAY);

let ground = '';
let rows: TrustRows;
let one: PgpKey;
let two: PgpKey;
beforeAll(async () => {
  const made = new Date(NOW - 100 * DAY);
  [one, two] = await Promise.all([makePgpKey(made, 'One \u001b[31m'), makePgpKey(made, 'Two')]);
});
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-keys-'));
  rows = openMemoryTrustRows();
  writeFileSync(join(ground, 'one.asc'), one.armour);
  writeFileSync(join(ground, 'two.asc'), two.armour);
  writeFileSync(join(ground, 'both.asc'), `${one.armour}\n${two.armour}`);
});
afterEach(() => {
  rows.close();
  rmSync(ground, { recursive: true, force: true });
});

const at = (name: string): string => join(ground, name);
const places = () => placesOf({}, ground);

async function run(...words: readonly string[]): Promise<string> {
  let said = '';
  const program = new Command('wheelproof').exitOverride();
  program.configureOutput({ writeErr: () => undefined });
  program.command('trust');
  registerTrustKeyCommand(
    program,
    async () => ({
      rows,
      clock: { now: () => NOW },
      owner: 'ana',
      keys: await openHeldKeys(places()),
    }),
    { out: (text) => void (said += text) },
  );
  try {
    await program.parseAsync(['trust', 'key', ...words], { from: 'user' });
    return said;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

const add = async (...more: readonly string[]): Promise<string> =>
  await run('add', 'good', at('one.asc'), '--project', 'Good*', '--reason', 'met her', ...more);
const rules = async () => signersIn(await withHeldKeys(DEFAULT_POLICY, places()))('good-thing');

const RULE: SignerRule = {
  project: 'good*',
  speaksFor: 'publisher',
  openpgp: [],
  keyrings: [],
  minisign: [],
  ssh: [],
  sshNamespace: 'file',
  signatures: null,
  checksums: [],
  threshold: 1,
  acceptEndedKeys: false,
  source: 'wheelproof.toml [[signer]] 1',
};

describe('trust key add', () => {
  test('lets a key speak, and says whose', async () => {
    expect(await rules()).toEqual([]);
    const said = await add();
    expect(said).toContain(`OpenPGP key ${one.fingerprint}`);
    expect(said).not.toContain('\u001b');
    expect(await rules()).toMatchObject([
      { openpgp: [one.fingerprint], source: 'trust key good', signatures: null },
    ]);
    const [event] = rows.auditTrail({ subject: 'key:good' });
    expect(event).toMatchObject({ what: 'key-add', detail: { owner: 'ana', project: 'good*' } });
    const policy = await withHeldKeys(DEFAULT_POLICY, places());
    expect(policy.digest).not.toBe(DEFAULT_POLICY.digest);
  });

  test('wants to know which of several certificates', async () => {
    const words = ['add', 'x', at('both.asc'), '--project', 'x', '--reason', 'y'];
    expect(await run(...words)).toBe('WP-USAGE');
    const said = await run(...words, '--fingerprint', two.fingerprint);
    expect(said).toContain(two.fingerprint);
    expect(said).not.toContain(one.fingerprint);
  });

  test.each([
    [['add', 'Bad Name', 'one.asc', '--project', 'x', '--reason', 'y']],
    [['add', 'x', 'nowhere.asc', '--project', 'x', '--reason', 'y']],
    [['add', 'x', 'one.asc', '--project', '../x', '--reason', 'y']],
    [['add', 'x', 'one.asc', '--project', 'x', '--reason', ' ']],
    [['add', 'x', 'one.asc', '--project', 'x', '--reason', 'y', '--threshold', '2']],
    [['add', 'x', 'one.asc', '--project', 'x', '--reason', 'y', '--fingerprint', '89ABCDEF']],
    [['show', 'nobody']],
    [['revoke', 'nobody', '--reason', 'y']],
  ])('refuses %j', async (words) => {
    const placed = words.map((word) => (word.endsWith('.asc') ? at(word) : word));
    expect(await run(...placed)).toBe('WP-USAGE');
  });

  test('never over another', async () => {
    await add();
    expect(await add()).toBe('WP-USAGE');
  });
});

describe('trust key rotate', () => {
  const rotate = ['rotate', 'good', '--to'] as const;

  test('takes the new key by the word of the old one', async () => {
    await add();
    const text = await run(...rotate, at('two.asc'));
    expect(text).toContain(
      `from: OpenPGP key ${one.fingerprint}\nto: OpenPGP key ${two.fingerprint}`,
    );
    writeFileSync(at('statement'), await signClear([one], text, LAST_WEEK));
    await run(...rotate, at('two.asc'), '--statement', at('statement'));
    expect(await rules()).toMatchObject([{ openpgp: [two.fingerprint] }]);
    expect(rows.auditTrail({ subject: 'key:good' }).map(({ what }) => what)).toContain(
      'key-rotate',
    );
  });

  test('not by the new key’s own word, a statement for another, or without the old key', async () => {
    await add();
    const text = await run(...rotate, at('two.asc'));
    const attempt = async (document: string): Promise<string> => {
      writeFileSync(at('statement'), document);
      return await run(...rotate, at('two.asc'), '--statement', at('statement'));
    };
    expect(await attempt(await signClear([two], text, LAST_WEEK))).toBe('WP-SIGNER-UNKNOWN');
    const other = text.replaceAll(two.fingerprint, fingerprintOf(one.key));
    expect(await attempt(await signClear([one], other, LAST_WEEK))).toBe('WP-SIGNER-UNKNOWN');
    const more = `${text}to: OpenPGP key ${'0'.repeat(40)}\n`;
    expect(await attempt(await signClear([one], more, LAST_WEEK))).toBe('WP-SIGNER-UNKNOWN');
    expect(await attempt(text)).toBe('WP-NO-VOUCHER');
    expect(await rules()).toMatchObject([{ openpgp: [one.fingerprint] }]);
  });

  test('with --keep both speak', async () => {
    await add();
    const text = await run(...rotate, at('two.asc'));
    writeFileSync(at('statement'), await signClear([one], text, LAST_WEEK));
    await run(...rotate, at('two.asc'), '--statement', at('statement'), '--keep');
    expect(await rules()).toMatchObject([{ openpgp: [one.fingerprint, two.fingerprint] }]);
  });
});

describe('SSH keys', () => {
  const PLACE = 'https://good.example/SUMS';
  const keyed = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString(
      'hex',
    );
    const sign = async (data: Uint8Array) => new Uint8Array(signData(null, data, privateKey));
    return { signer: { publicKey: raw, sign }, line: `ana@good ${sshKeyWords(raw)}` };
  };

  test('are rotated by a statement of the old one, and revoked in every table', async () => {
    const [old, next] = [keyed(), keyed()];
    writeFileSync(at('old'), `${old.line}\n`);
    writeFileSync(at('next'), `${next.line}\n`);
    await run(
      'add',
      'good',
      at('old'),
      '--project',
      'good*',
      '--reason',
      'x',
      '--checksums',
      PLACE,
    );
    const text = await run('rotate', 'good', '--to', at('next'));
    expect(text).toMatch(/^from: SSH key SHA256:\S+\nto: SSH key SHA256:\S+$/mu);
    const attempt = async ({ signer }: ReturnType<typeof keyed>): Promise<string> => {
      writeFileSync(at('statement'), text);
      const signature = await makeSshSignature(Buffer.from(text), 'file', signer);
      writeFileSync(at('statement.sig'), signature);
      return await run('rotate', 'good', '--to', at('next'), '--statement', at('statement'));
    };
    expect(await attempt(next)).toBe('WP-SIGNER-UNKNOWN');
    expect(await rules()).toMatchObject([{ ssh: [old.line] }]);
    await attempt(old);
    expect(await rules()).toMatchObject([{ ssh: [next.line], checksums: [PLACE] }]);
    await run('revoke', 'good', '--reason', 'stolen');
    const rule = { ...RULE, ssh: [next.line], checksums: [PLACE] };
    const policy = await withHeldKeys({ ...DEFAULT_POLICY, signers: [rule] }, places());
    const [{ revoked = [] } = RULE] = signersIn(policy)('good');
    expect(revoked).toEqual([expect.stringMatching(/^SSH key SHA256:/u)]);
  });

  test('cannot take the place of a key that signs files', async () => {
    await add();
    writeFileSync(at('next'), `${keyed().line}\n`);
    expect(await run('rotate', 'good', '--to', at('next'))).toBe('WP-USAGE');
  });
});

describe('trust key revoke', () => {
  test('lets the key speak in no table, and cannot be rotated away', async () => {
    await add();
    const told = await run('revoke', 'good', '--reason', 'stolen');
    expect(told).toContain('REVOKED');
    expect(told).toMatch(/^ {2}added {7}\S+ by [^:\n]+$/mu);
    expect(told).toContain('revoked     because: stolen');
    const rule = { ...RULE, openpgp: [one.fingerprint], keyrings: [one.armour] };
    const policy = await withHeldKeys({ ...DEFAULT_POLICY, signers: [rule] }, places());
    expect(signersIn(policy)('good')).toEqual([
      { ...rule, revoked: [`OpenPGP key ${one.fingerprint}`] },
    ]);
    // For tables that the command line adds, where the policy itself has none.
    const { revokedKeys } = await withHeldKeys(DEFAULT_POLICY, places());
    expect(revokedKeys).toEqual([`OpenPGP key ${one.fingerprint}`]);
    const text = await run('rotate', 'good', '--to', at('two.asc'));
    writeFileSync(at('statement'), await signClear([one], text, LAST_WEEK));
    const words = ['rotate', 'good', '--to', at('two.asc'), '--statement', at('statement')];
    expect(await run(...words)).toBe('WP-USAGE');
    expect(JSON.parse(await run('list', '--json'))).toMatchObject({
      keys: [{ name: 'good', revokedAt: NOW }],
    });
  });
});
