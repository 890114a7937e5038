// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RememberedFile } from '../../core/trust-rows.ts';
import { openMemoryTrustRows } from '../../storage/index.ts';
import { registerTrustCommand } from './trust.ts';

const A = 'a'.repeat(64);
const NOW = Date.parse('2026-05-04T03:02:01.000Z');
const FILE: RememberedFile = {
  index: 'https://index.example/simple/',
  project: 'my-demo',
  version: '1.0',
  filename: 'my_demo-1.0.tar.gz',
  url: 'https://files.index.example/my_demo-1.0.tar.gz',
  sha256: A,
  size: 12,
  firstSeen: NOW - 86_400_000,
  lastSeen: NOW,
  verdict: 'first-seen',
  policy: 'p1',
};
const FILE_JSON = {
  index: FILE.index,
  project: 'my-demo',
  version: '1.0',
  filename: FILE.filename,
  url: FILE.url,
  sha256: A,
  size: 12,
  first_seen: '2026-05-03T03:02:01.000Z',
  last_seen: '2026-05-04T03:02:01.000Z',
  verdict: 'first-seen',
  policy: 'p1',
};

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'wheelproof-trust-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function open(input: { stdin?: string; terminal?: boolean } = {}) {
  const rows = openMemoryTrustRows();
  let printed = '';
  const run = async (...words: string[]): Promise<string> => {
    printed = '';
    const program = new Command('wheelproof').exitOverride();
    program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    registerTrustCommand(program, async () => ({ rows, clock: { now: () => NOW }, owner: 'ada' }), {
      out: (text) => {
        printed += text;
      },
      stdin: async () => Buffer.from(input.stdin ?? ''),
      stdinIsTerminal: input.terminal ?? false,
    });
    await program.parseAsync(['trust', ...words], { from: 'user' });
    return printed;
  };
  const json = async (...words: string[]): Promise<unknown> =>
    JSON.parse(await run(...words, '--json'));
  return { rows, run, json, printed: () => printed };
}

const refused = (code: string, words: RegExp = /./u) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });

describe('trust list', () => {
  test('is empty at first', async () => {
    const { run, json } = open();
    expect(await run('list')).toBe('No files are remembered.\n');
    expect(await json('list')).toEqual({ files: [], approvals: [] });
  });

  test('prints an aligned table, and JSON in its stable shape', async () => {
    const { rows, run, json } = open();
    rows.remember(FILE);
    rows.remember({ ...FILE, project: 'x', filename: 'x-1.0.tar.gz' });
    expect(await run('list')).toBe(
      [
        'PROJECT  VERSION  FIRST SEEN  LAST SEEN   VERDICT     FILE',
        'my-demo  1.0      2026-05-03  2026-05-04  first-seen  my_demo-1.0.tar.gz',
        'x        1.0      2026-05-03  2026-05-04  first-seen  x-1.0.tar.gz',
        '',
      ].join('\n'),
    );
    expect(await json('list', '--project', 'My.Demo')).toEqual({
      files: [FILE_JSON],
      approvals: [],
    });
    await expect(run('list', '--project', '../x')).rejects.toThrow(refused('WP-USAGE'));
  });

  test('lets no stored text act on the terminal', async () => {
    const { rows, run } = open();
    rows.remember({ ...FILE, filename: 'x\u001b[2J\u202e.whl', url: 'https://files.test/\u001b' });
    rows.audit({
      at: 1,
      run: 'r',
      what: '\u001b',
      subject: 'x\u001b[2J\u202e.whl',
      detail: { x: '\u009b' },
    });
    for (const words of [['list'], ['show', 'my-demo']]) {
      // oxlint-disable-next-line no-control-regex -- finding control characters is the point
      expect(await run(...words)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u);
    }
  });
});

describe('trust approve and withdraw', () => {
  test('a file on disk is hashed', async () => {
    const { rows, json } = open();
    const path = join(place, 'x.whl');
    writeFileSync(path, 'bytes');
    const sha256 = createHash('sha256').update('bytes').digest('hex');
    const words = [
      'approve',
      path,
      '--reason',
      'read it',
      '--project',
      'My_Demo',
      '--expires',
      '30d',
    ];
    expect(await json(...words)).toEqual({
      files: [],
      approvals: [
        {
          sha256,
          project: 'my-demo',
          reason: 'read it',
          owner: 'ada',
          created_at: '2026-05-04T03:02:01.000Z',
          expires_at: '2026-06-03T03:02:01.000Z',
        },
      ],
    });
    expect(rows.approvals(sha256)).toHaveLength(1);
  });

  test('a hash is taken as it is, and what was approved is printed', async () => {
    const { rows, run } = open();
    rows.remember(FILE);
    const text = await run(
      'approve',
      `sha256:${A.toUpperCase()}`,
      '--reason',
      'ok',
      '--owner',
      'bob',
    );
    expect(text).toContain(`sha256:${A}  any name  bob`);
    expect(text).toContain(FILE.filename);
    expect(rows.approvals(A)).toMatchObject([{ owner: 'bob', project: null, expiresAt: null }]);
  });

  test.each([
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:30:00Z', '2027-01-31T12:30:00.000Z'],
    ['2027-01-31T12:30:00.25Z', '2027-01-31T12:30:00.250Z'],
    ['1d', '2026-05-05T03:02:01.000Z'],
  ])('--expires %s', async (text, expected) => {
    const { json } = open();
    const words = ['approve', `sha256:${A}`, '--reason', 'ok', '--expires', text];
    expect(await json(...words)).toMatchObject({ approvals: [{ expires_at: expected }] });
  });

  test.each([
    '2027-02-30',
    '31.01.2027',
    '2027-1-31',
    '0d',
    '-1d',
    '99999d',
    '2027-01-31T12:30:00+01:00',
    'tomorrow',
    '',
    '2026-01-01',
  ])('--expires %j is refused', async (text) => {
    const { rows, run } = open();
    const words = ['approve', `sha256:${A}`, '--reason', 'ok', `--expires=${text}`];
    await expect(run(...words)).rejects.toThrow(refused('WP-USAGE'));
    expect(rows.listApprovals()).toEqual([]);
  });

  test('what cannot be approved is refused by name', async () => {
    const { run } = open();
    const missing = join(place, 'missing.whl');
    await expect(run('approve', missing, '--reason', 'x')).rejects.toThrow(
      refused('WP-USAGE', /missing\.whl.*no such file or folder/u),
    );
    await expect(run('approve', place, '--reason', 'x')).rejects.toThrow(
      refused('WP-USAGE', /no plain file/u),
    );
    await expect(run('approve', 'sha256:12', '--reason', 'x')).rejects.toThrow(
      refused('WP-USAGE', /64/u),
    );
    await expect(run('approve', `sha256:${A}`)).rejects.toThrow(/--reason/u);
    await expect(run('approve', `sha256:${A}`, '--reason', ' ')).rejects.toThrow(
      refused('WP-USAGE', /reason/u),
    );
  });

  test('an approval is withdrawn, and both are on record', async () => {
    const { rows, run, json } = open();
    await run('approve', `sha256:${A}`, '--reason', 'ok', '--project', 'demo');
    await run('approve', `sha256:${A}`, '--reason', 'ok');
    await expect(run('withdraw', `sha256:${A}`, '--project', 'x')).rejects.toThrow(
      refused('WP-USAGE'),
    );
    expect(await json('withdraw', `sha256:${A}`, '--project', 'demo')).toMatchObject({
      approvals: [{ project: 'demo' }],
    });
    expect(await run('withdraw', `sha256:${A}`)).toContain('Withdrawn:');
    expect(rows.listApprovals()).toEqual([]);
    await expect(run('withdraw', `sha256:${A}`)).rejects.toThrow(
      refused('WP-USAGE', /no approval/u),
    );
    await expect(run('withdraw', 'demo')).rejects.toThrow(refused('WP-USAGE'));
    expect(rows.auditTrail({}).map(({ what }) => what)).toEqual([
      'approve',
      'approve',
      'withdraw',
      'withdraw',
    ]);
  });
});

describe('trust forget', () => {
  test('by file name', async () => {
    const { rows, json } = open();
    rows.remember(FILE);
    expect(await json('forget', FILE.filename, '--reason', 'rebuilt')).toEqual({
      files: [FILE_JSON],
    });
    expect(rows.list({})).toEqual([]);
    expect(rows.auditTrail({ subject: FILE.filename })).toMatchObject([
      { what: 'forget', detail: { reason: 'rebuilt', owner: 'ada', sha256: A } },
    ]);
  });

  test('by release, every file of it', async () => {
    const { rows, run } = open();
    rows.remember(FILE);
    rows.remember({ ...FILE, filename: 'my_demo-1.0-py3-none-any.whl' });
    rows.remember({ ...FILE, version: '1.1', filename: 'my_demo-1.1.tar.gz' });
    await run('forget', 'My.Demo==1.0.0', '--reason', 'x');
    expect(rows.list({}).map(({ version }) => version)).toEqual(['1.1']);
  });

  test('of several indexes only with --index', async () => {
    const { rows, run } = open();
    rows.remember(FILE);
    rows.remember({ ...FILE, index: 'https://other.test/simple/' });
    const words = ['forget', FILE.filename, '--reason', 'x'];
    await expect(run(...words)).rejects.toThrow(refused('WP-USAGE', /several indexes/u));
    expect(rows.list({})).toHaveLength(2);
    await run(...words, '--index', 'https://other.test/simple');
    expect(rows.list({})).toEqual([FILE]);
    await expect(run(...words, '--index', 'https://third.test/')).rejects.toThrow(
      refused('WP-USAGE'),
    );
  });

  test('what is not there cannot be forgotten', async () => {
    const { run } = open();
    await expect(run('forget', 'x.whl', '--reason', 'x')).rejects.toThrow(
      refused('WP-USAGE', /nothing/u),
    );
  });
});

describe('trust show', () => {
  test.each(['my_demo', FILE.filename, `sha256:${A}`])('%s', async (word) => {
    const { rows, run, json } = open();
    rows.remember(FILE);
    rows.audit({ at: NOW, run: 'r', what: 'verdict', subject: FILE.filename, detail: { x: 1 } });
    await run('approve', `sha256:${A}`, '--reason', 'ok');
    const shown = await json('show', word);
    expect(shown).toMatchObject({
      files: [FILE_JSON],
      approvals: [{ sha256: A }],
      audit: [
        { at: '2026-05-04T03:02:01.000Z', what: 'verdict' },
        { what: 'approve', subject: `sha256:${A}` },
      ],
    });
    const text = await run('show', word);
    expect(text).toContain(`  sha256      ${A}\n`);
    expect(text).toContain('What happened:');
  });

  test('of nothing says so', async () => {
    const { run, json } = open();
    expect(await run('show', 'nothing')).toBe('Nothing is known of nothing.\n');
    expect(await json('show', 'nothing')).toEqual({ files: [], approvals: [], audit: [] });
  });
});

describe('trust export and import', () => {
  test('go through a file, which is private and whole', async () => {
    const from = open();
    from.rows.remember(FILE);
    const path = join(place, 'trust.json');
    writeFileSync(path, 'an older one', { mode: 0o644 });
    expect(await from.run('export', path)).toBe('');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(place)).toEqual(['trust.json']);
    const to = open();
    expect(await to.json('import', path)).toEqual({
      added: 1,
      merged: 0,
      unchanged: 0,
      conflicts: [],
    });
    expect(to.rows.list({})).toEqual([FILE]);
    expect(await to.run('import', path)).toBe('0 added, 0 merged, 1 unchanged, 0 in conflict\n');
    expect(from.rows.auditTrail({}).map(({ what }) => what)).toEqual(['export']);
  });

  test('go through pipes', async () => {
    const from = open();
    from.rows.remember(FILE);
    const to = open({ stdin: await from.run('export') });
    await to.run('import', '-');
    expect(to.rows.list({})).toEqual([FILE]);
  });

  test('no terminal is asked for a document', async () => {
    const { run } = open({ terminal: true });
    await expect(run('import', '-')).rejects.toThrow(refused('WP-USAGE', /terminal/u));
  });

  test('a conflict is shown in full, keeps what was there, and fails as E-BYTES', async () => {
    const from = open();
    from.rows.remember({ ...FILE, sha256: 'b'.repeat(64) });
    const to = open({ stdin: await from.run('export') });
    to.rows.remember(FILE);
    await expect(to.run('import', '-', '--json')).rejects.toThrow(
      expect.objectContaining({ code: 'WP-NAME-REUSED', class: 'E-BYTES' }),
    );
    expect(JSON.parse(to.printed())).toMatchObject({
      conflicts: [{ kept: FILE_JSON, offered: { sha256: 'b'.repeat(64) } }],
    });
    expect(to.rows.list({})).toEqual([FILE]);
  });

  test('files that cannot be read or written are named', async () => {
    const { run } = open();
    await expect(run('import', join(place, 'none.json'))).rejects.toThrow(
      refused('WP-USAGE', /none\.json/u),
    );
    await expect(run('import', place)).rejects.toThrow(refused('WP-USAGE', /no plain file/u));
    await expect(run('export', join(place, 'no', 'x.json'))).rejects.toThrow(
      refused('WP-STATE-DISK', /no such file or folder/u),
    );
    writeFileSync(join(place, 'bad.json'), '{}');
    await expect(run('import', join(place, 'bad.json'))).rejects.toThrow(
      refused('WP-TRUST-DOCUMENT'),
    );
    expect(readFileSync(join(place, 'bad.json'), 'utf8')).toBe('{}');
  });
});
