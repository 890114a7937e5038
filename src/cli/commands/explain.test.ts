// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CODES } from '../../core/codes.ts';
import { Refusal } from '../../core/errors.ts';
import type { RememberedFile, TrustRows } from '../../core/trust-rows.ts';
import { DEFAULT_POLICY, parseRequirement, sealPolicy, type Policy } from '../../policy/index.ts';
import { placesOf } from '../../host/index.ts';
import { openMemoryTrustRows } from '../../storage/index.ts';
import { registerExplainCommand } from './explain.ts';
import { registerPolicyCommand } from './policy.ts';

const BYTES = Buffer.from('the wheel');
const SHA = createHash('sha256').update(BYTES).digest('hex');
const FILE: RememberedFile = {
  index: 'https://index.example/simple/',
  project: 'good',
  version: '1.0',
  filename: 'good-1.0-py3-none-any.whl',
  url: 'https://files.index.example/good-1.0-py3-none-any.whl',
  sha256: SHA,
  size: BYTES.length,
  firstSeen: Date.UTC(2026, 10, 1),
  lastSeen: Date.UTC(2026, 10, 2),
  verdict: 'first-seen',
  policy: DEFAULT_POLICY.digest,
};

let rows: TrustRows;
let directory: string;

beforeEach(async () => {
  rows = openMemoryTrustRows();
  directory = await mkdtemp(path.join(tmpdir(), 'wheelproof-explain-'));
});
afterEach(async () => {
  rows.close();
  await rm(directory, { recursive: true });
});

async function run(words: readonly string[], policy: Policy = DEFAULT_POLICY): Promise<string> {
  let printed = '';
  const io = { out: (text: string) => void (printed += text) };
  const program = new Command('wheelproof').exitOverride();
  const load = async (file: string | null): Promise<Policy> => {
    if (file === 'bad.toml') throw new Refusal('WP-POLICY-INVALID', { message: 'bad.toml:1: no' });
    return policy;
  };
  registerPolicyCommand(program, load, io, () => rows);
  registerExplainCommand(
    program,
    async () => ({ rows, policy, places: placesOf({}, directory) }),
    io,
  );
  await program.parseAsync([...words], { from: 'user' });
  return printed;
}

const onDisk = async (name: string, bytes: Uint8Array): Promise<string> => {
  const file = path.join(directory, name);
  await writeFile(file, bytes);
  return file;
};

describe('explain FILE, from its bytes to the rule', () => {
  const judged = (vouchers: unknown): void => {
    rows.remember(FILE);
    const detail = { sha256: SHA, vouchers };
    rows.audit({ at: 2, run: 'r', what: 'verdict', subject: FILE.filename, detail });
  };

  test('tells which key vouched, and which table lets it', async () => {
    judged([{ kind: 'openpgp', identity: 'K', detail: 'signed by K; authorised by [[signer]] 1' }]);
    const text = await run(['explain', FILE.filename]);
    expect(text).toContain(`for sha256 ${SHA} vouched:`);
    expect(text).toContain('openpgp       signed by K; authorised by [[signer]] 1');
  });

  test('tells that nobody did', async () => {
    judged([]);
    expect(await run(['explain', FILE.filename])).toContain('nobody but the index vouched');
  });
});

describe('policy explain PROJECT', () => {
  test('shows the findings that the last verdicts rest on, and what they meet now', async () => {
    rows.remember(FILE);
    const vouchers = [
      { kind: 'openpgp', class: 'publisher', identity: 'K', authorities: ['K'], detail: 'by K' },
      { kind: 'checksums', class: 'publisher', identity: 'K', authorities: ['K'], detail: 'too' },
      { kind: 'forged', class: 'nobody', identity: 'X', detail: '\u001b[31m' },
    ];
    const detail = { sha256: SHA, vouchers, verdict: 'vouched' };
    rows.audit({ at: 2, run: 'r', what: 'verdict', subject: FILE.filename, detail });
    const require = parseRequirement('2 of (openpgp, checksums)');
    const policy = sealPolicy({ ...DEFAULT_POLICY, require });
    const text = await run(['policy', 'explain', FILE.project], policy);
    expect(text).toContain(`last judged      ${FILE.filename}, 1970-01-01T00:00:00.002Z: vouched`);
    expect(text).toContain('openpgp        by K');
    expect(text).toContain('require        2 of (openpgp, checksums): not met');
    expect(text).not.toContain('forged');
    const one = await run(['policy', 'explain', `${FILE.project}==99`], policy);
    expect(one).not.toContain('last judged');
  });
});

describe('explain CODE', () => {
  test('prints the page of a code', async () => {
    const text = await run(['explain', 'wp-tls']);
    expect(text).toContain(CODES['WP-TLS'].why);
    expect(text).toContain('E-SOURCE');
    expect(text).toContain('exit code 15');
    expect(JSON.parse(await run(['explain', 'WP-TLS', '--json']))).toEqual({
      code: 'WP-TLS',
      class: 'E-SOURCE',
      exit: 15,
      title: CODES['WP-TLS'].title,
      why: CODES['WP-TLS'].why,
      next: CODES['WP-TLS'].next,
    });
  });

  test('refuses what is no code', async () => {
    await expect(run(['explain', 'WP-NOTHING'])).rejects.toMatchObject({ code: 'WP-USAGE' });
  });
});

describe('explain FILE', () => {
  test('by a remembered name: when it came, and what policy says', async () => {
    rows.remember(FILE);
    rows.audit({ at: 1, run: 'r', what: 'verdict', subject: FILE.filename, detail: {} });
    const text = await run(['explain', FILE.filename]);
    expect(text).toContain(`sha256      ${SHA}`);
    expect(text).toContain('policy says: remembered');
    expect(text).toContain('What happened:');
    const strict = sealPolicy({ ...DEFAULT_POLICY, require: parseRequirement('publisher') });
    expect(await run(['explain', FILE.filename], strict)).toContain('WP-NO-VOUCHER');
  });

  test('by its bytes on disk, whatever it is called there', async () => {
    rows.remember(FILE);
    const file = await onDisk('renamed.whl', BYTES);
    const explained: unknown = JSON.parse(await run(['explain', file, '--json']));
    expect(explained).toMatchObject({
      sha256: SHA,
      files: [{ filename: FILE.filename, policy: { verdict: 'remembered' } }],
    });
  });

  test('other bytes under a remembered name are told', async () => {
    rows.remember(FILE);
    const text = await run(['explain', await onDisk(FILE.filename, Buffer.from('evil'))]);
    expect(text).toContain('policy says: failed');
    expect(text).toContain('WP-NAME-REUSED');
  });

  test('an approval counts', async () => {
    rows.remember(FILE);
    rows.approve({
      sha256: SHA,
      project: null,
      reason: 'looked',
      owner: 'alice',
      createdAt: 1,
      expiresAt: null,
    });
    const text = await run(['explain', `sha256:${SHA}`]);
    expect(text).toContain('policy says: vouched');
    expect(text).toContain('alice');
  });

  test('bytes that nobody knows, and names that nobody knows', async () => {
    const text = await run(['explain', await onDisk('new.whl', BYTES)]);
    expect(text).toContain('Nothing is remembered');
    await expect(run(['explain', 'never-1.0.whl'])).rejects.toMatchObject({ code: 'WP-USAGE' });
  });

  test('hostile names are shown safely', async () => {
    const filename = 'good-1.0\u{1b}[2J.whl';
    rows.remember({ ...FILE, filename });
    expect(await run(['explain', filename])).not.toContain('\u{1b}');
  });
});

describe('policy check and explain', () => {
  test('says what is in force and where it is written', async () => {
    const policy = sealPolicy({
      ...DEFAULT_POLICY,
      firstUse: 'ask',
      sources: ['/u/wheelproof.toml', '/p/wheelproof.toml'],
      origins: { 'first-use': '/p/wheelproof.toml' },
      notes: ['something'],
    });
    const text = await run(['policy', 'check'], policy);
    expect(text).toContain('/u/wheelproof.toml, under /p/wheelproof.toml');
    expect(text).toMatch(/first-use +ask {2}\(\/p\/wheelproof\.toml\)/u);
    expect(text).toContain('note: something');
    expect(text).toContain(policy.digest);
    expect(await run(['policy', 'check'])).toContain('no policy file: the default');
    const shown: unknown = JSON.parse(await run(['policy', 'check', '--json'], policy));
    expect(shown).toMatchObject({ digest: policy.digest, sources: policy.sources });
  });

  test('a bad policy is a coded refusal', async () => {
    await expect(run(['policy', 'check', 'bad.toml'])).rejects.toMatchObject({
      code: 'WP-POLICY-INVALID',
    });
  });

  test('explains a project, with or without a version', async () => {
    const rule = {
      name: 'acme-*',
      firstUse: 'refuse',
      require: null,
      cooldownMs: null,
      index: null,
      source: '/p/wheelproof.toml [[project]] 1',
    } as const;
    const policy = sealPolicy({ ...DEFAULT_POLICY, projects: [rule] });
    const text = await run(['policy', 'explain', 'Acme_Tool==1.0'], policy);
    expect(text).toMatch(/first-use +refuse {2}\(\/p\/wheelproof\.toml \[\[project\]\] 1\)/u);
    const shown: unknown = JSON.parse(
      await run(['policy', 'explain', 'acme-tool', '--json'], policy),
    );
    expect(shown).toMatchObject({ project: 'acme-tool', version: null, policy: policy.digest });
    for (const bad of ['a b', 'good==x', 'good==1==2', '\u0430cme']) {
      await expect(run(['policy', 'explain', bad])).rejects.toMatchObject({ code: 'WP-USAGE' });
    }
  });
});
