// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  anyCode,
  COLOURED,
  MEMORY,
  MISMATCH,
  parts,
  PLAIN,
  receipt,
  SHA,
  show,
} from '../../test/world/reports.ts';
import { CODES, type Code } from '../core/codes.ts';
import { bareListing } from '../core/listed-file.ts';
import { buildReport } from './build.ts';
import { exitOf } from './exit-code.ts';
import { FORMATS } from './index.ts';

describe('the report of a run', () => {
  test('is a table, what needs attention, and a sum', () => {
    const report = buildReport(
      parts([
        receipt({
          project: 'requests',
          version: '2.32.5',
          verdict: 'remembered',
          findings: [MEMORY],
        }),
        receipt({ project: 'flask', version: '3.1.2', notes: ['flask 3.1.2: a note'] }),
        receipt({
          project: 'evil',
          verdict: 'failed',
          code: 'WP-HASH-MISMATCH',
          message: 'evil-1.0-py3-none-any.whl: expected sha256 aa, found bb',
          findings: [MISMATCH],
        }),
      ]),
    );
    expect(show(report)).toBe(
      [
        '  project  version verdict    who vouches',
        '  evil     1.0     failed     WP-HASH-MISMATCH',
        '  flask    3.1.2   first seen no one but the index',
        '  requests 2.32.5  remembered memory: this machine, since 2026-11-01',
        '',
        'failed: evil 1.0',
        '  file      evil-1.0-py3-none-any.whl',
        '  from      https://files.index.example/evil-1.0-py3-none-any.whl',
        '  evidence  index-hash failed',
        '  reason    evil-1.0-py3-none-any.whl: expected sha256 aa, found bb',
        '  next      Try again from another network; if it stays, tell the index operator and do not install the file.',
        '  code      WP-HASH-MISMATCH (E-BYTES); `wheelproof explain WP-HASH-MISMATCH`',
        '',
        'note: flask 3.1.2: a note',
        '',
        'wheelproof: 3 files: 1 remembered, 1 first seen (no one but the index vouches for it), 1 failed; exit 10 (E-BYTES)',
        '',
      ].join('\n'),
    );
  });

  test('has a table that fits a narrow terminal', () => {
    const flask = receipt({ project: 'itsdangerous', verdict: 'remembered', findings: [MEMORY] });
    const text = show(buildReport(parts([flask])), { width: 60, colour: false });
    expect(
      Math.max(
        ...text
          .split('\n')
          .slice(0, 2)
          .map((line) => line.length),
      ),
    ).toBeLessThan(61);
    expect(text).toMatch(/^ {2}itsdangerous 1\.0 {5}remembered memory: this machine, .*…$/mu);
  });

  test('says so where nothing was downloaded', () => {
    expect(show(buildReport(parts([])))).toBe('wheelproof: no file was downloaded\n');
  });

  test('never says "verified" of what nobody but the index vouches for (A02)', () => {
    expect(show(buildReport(parts([receipt({})])))).not.toMatch(/verif/iu);
  });

  test('folds long lists, but never a refusal', () => {
    const many = Array.from({ length: 90 }, (_, place) => receipt({ project: `p${place}` }));
    const bad = receipt({ project: 'zzz', verdict: 'refused', code: 'WP-FIRST-USE' });
    const text = show(buildReport(parts([...many, bad])));
    expect(text).toContain('… 80 more first seen (--report FILE lists them)');
    expect(text).toContain('zzz     1.0     refused    WP-FIRST-USE');
    expect(text.split('\n').length).toBeLessThan(30);
    expect(text).toContain(
      '91 files: 90 first seen (no one but the index vouches for them), 1 refused',
    );
  });

  test('tells refusals of one project for one reason together, and buries no other', () => {
    const refused = { verdict: 'refused', code: 'WP-FIRST-USE' } as const;
    const many = Array.from({ length: 90 }, (_, place) =>
      receipt({
        project: 'many',
        version: `${place}.0`,
        filename: `many-${place}.0.zip`,
        ...refused,
      }),
    );
    const other = receipt({ project: 'other', ...refused });
    const text = show(buildReport(parts([...many, other])));
    const rest = '… 87 more files of many refused (WP-FIRST-USE; --report FILE lists them)';
    expect(text.split(rest)).toHaveLength(3);
    for (const version of ['89.0', '88.0', '87.0'])
      expect(text).toContain(`refused: many ${version}`);
    expect(text).toContain('refused: other 1.0');
    expect(text.split('\n').length).toBeLessThan(50);
    expect(text).toContain('91 files: 91 refused');
  });

  test('paints only where there are colours, and cuts lines to the terminal', () => {
    const findings = [{ ...MEMORY, identity: 'x'.repeat(200) }];
    const report = buildReport(parts([receipt({ verdict: 'remembered', findings })]));
    expect(show(report)).not.toContain('\u{1b}');
    const coloured = show(report, COLOURED);
    expect(coloured).toContain('\u{1b}[36mremembered\u{1b}[0m');
    const lines = stripVTControlCharacters(coloured).split('\n');
    expect(Math.max(...lines.slice(0, 2).map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('names the file where one release has several', () => {
    const text = show(buildReport(parts([receipt({}), receipt({ filename: 'good-1.0.tar.gz' })])));
    expect(text).toContain('no one but the index (good-1.0.tar.gz)');
  });

  test('tells refusals that concern no file, the worst first, and what was not looked at', () => {
    const refusal = (code: Code, subject: string) => ({
      code,
      subject,
      message: `${subject}: so it is`,
      hint: CODES[code].next,
    });
    const report = buildReport(
      parts([receipt({ verdict: 'refused', code: 'WP-COOLDOWN' })], {
        refusals: [
          refusal('WP-UPSTREAM-STATUS', 'https://u:p@index.example/x?sig=secret'),
          refusal('WP-NO-RECEIPT', 'odd'),
        ],
        installed: [{ name: 'mine', version: '1', source: 'local', receipt: null }],
        otherTraffic: [{ host: 'git.example', requests: 3 }],
      }),
    );
    const titles = show(report)
      .split('\n')
      .filter((line) => line.startsWith('refused: '));
    expect(titles).toEqual([
      'refused: odd',
      'refused: good 1.0',
      'refused: https://index.example/x?…',
    ]);
    expect(show(report)).toContain('note: installed without a file to check: mine 1 (local)');
    expect(show(report)).toContain('note: other traffic, not judged: git.example (3)');
    expect(report.exit).toBe(17);
  });

  test('holds no password of an address or an option', () => {
    const secret = 'hunter2';
    const argv = [
      'install',
      '-i',
      `https://me:${secret}@index.example/simple`,
      '--token',
      secret,
      `--password=${secret}`,
      `good @ https://files.index.example/good.zip?sig=${secret}#egg=good`,
    ];
    const report = buildReport(
      parts(
        [
          receipt({
            url: `https://files.index.example/a.whl?sig=${secret}`,
            verdict: 'refused',
            code: 'WP-TLS',
            message: `https://x:${secret}@a.test/: no`,
          }),
        ],
        {
          installer: { name: 'pip', version: '1', argv, exit: 0 },
          notes: [`see ${'a'.repeat(40)}https://x:${secret}@a.test/`],
        },
      ),
    );
    for (const format of FORMATS) expect(format.render(report, PLAIN)).not.toContain(secret);
    expect(report.installer.argv).toEqual([
      'install',
      '-i',
      'https://index.example/simple',
      '--token',
      '…',
      '--password=…',
      'good @ https://files.index.example/good.zip?…#egg=good',
    ]);
  });

  test('is made in no time whatever a name looks like', () => {
    const odd = receipt({
      code: 'WP-NO-STRONG-HASH',
      verdict: 'refused',
      message: 'a-'.repeat(40_000),
    });
    const begun = performance.now();
    buildReport(parts([odd]));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  test('is made in no time however many files a page left out', () => {
    const old = receipt({
      version: '0.1',
      asked: false,
      verdict: 'refused',
      code: 'WP-NO-STRONG-HASH',
    });
    const many = Array.from({ length: 50_000 }, (_, at) => ({
      ...old,
      artifact: { ...old.artifact, filename: `good-${at}.zip`, url: `https://a.test/${at}` },
    }));
    const begun = performance.now();
    expect(buildReport(parts(many)).notes).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  test('tells in one line what was left out of many pages for the same reason', () => {
    const old = (project: string) =>
      receipt({ project, asked: false, verdict: 'refused', code: 'WP-PIN-MISMATCH' });
    const few = buildReport(parts(['a', 'b', 'c'].map(old)));
    expect(few.notes).toHaveLength(3);
    const many = buildReport(parts(['a', 'b', 'c', 'd'].map(old)));
    expect(many.notes).toEqual([
      '4 projects: left out of their index pages (WP-PIN-MISMATCH): 4 files',
    ]);
  });

  test('names the command that approves exactly the bytes that were refused', () => {
    const left = receipt({ project: 'evil', verdict: 'refused', code: 'WP-FIRST-USE' });
    const { filename, url } = left.artifact;
    const listed = { ...bareListing(filename, url), hashes: { sha256: SHA } };
    const file = { ...left, sha256: null, artifact: { ...left.artifact, listed } };
    const command = `wheelproof trust approve sha256:${SHA} --project evil --reason 'why'`;
    expect(show(buildReport(parts([file])))).toContain(
      `next      Look at the file, then: ${command}`,
    );
    const young = receipt({ project: 'evil', verdict: 'refused', code: 'WP-COOLDOWN' });
    expect(show(buildReport(parts([young])))).toContain(`look at the file, then: ${command}`);
  });

  test.each([
    ['whose bytes no approval mends', { code: 'WP-HASH-MISMATCH', project: 'evil' }],
    ['whose name a shell would act on', { code: 'WP-FIRST-USE', project: "a';rm -rf ~'" }],
  ] as const)('names no such command for a file %s', (_, told) => {
    const text = show(buildReport(parts([receipt({ ...told, verdict: 'refused' })])));
    expect(text).not.toContain('trust approve sha256:');
  });

  test('leaves out what nobody asked for, in a line for each reason', () => {
    const old = (version: string) =>
      receipt({ version, asked: false, verdict: 'refused', code: 'WP-NO-STRONG-HASH' });
    const report = buildReport(parts([receipt({ version: '2.0' }), old('0.1'), old('0.2')]));
    expect(report.summary).toMatchObject({ files: 1, refused: 0 });
    expect(report.exit).toBe(0);
    expect(report.notes).toEqual([
      'good: left out of the index page (WP-NO-STRONG-HASH): 2 files, among them good-0.1-py3-none-any.whl',
    ]);
  });

  test('counts a file once, and what blocks stays', () => {
    const blocked = receipt({ verdict: 'failed', code: 'WP-NAME-REUSED' });
    expect(buildReport(parts([receipt({}), blocked, receipt({})])).summary).toMatchObject({
      files: 1,
      failed: 1,
      first_seen: 0,
    });
    const wanted = receipt({ verdict: 'vouched' });
    expect(buildReport(parts([wanted, { ...blocked, asked: false }])).summary.vouched).toBe(1);
  });

  test('a block without a reason is a fault of ours', () => {
    const report = buildReport(parts([receipt({ verdict: 'refused' })]));
    expect(report.files[0]?.reasons[0]?.code).toBe('WP-INTERNAL');
    expect(report.exit).toBe(70);
  });
});

describe('exit code', () => {
  test("is the installer's own where nothing was refused", () => {
    expect(exitOf([], { exit: 0, signal: null })).toBe(0);
    expect(exitOf([], { exit: 2, signal: null })).toBe(2);
    expect(exitOf([], { exit: null, signal: 'SIGINT' })).toBe(130);
    expect(exitOf([], { exit: null, signal: 'SIGTERM' })).toBe(143);
    expect(exitOf([], { exit: null, signal: null })).toBe(70);
  });

  test('is that of the worst refusal otherwise', () => {
    expect(exitOf(['WP-FIRST-USE', 'WP-HASH-MISMATCH', 'WP-TLS'], { exit: 1, signal: null })).toBe(
      10,
    );
    expect(exitOf(['WP-FIRST-USE', 'WP-TLS'], { exit: 0, signal: null })).toBe(15);
  });

  test("P12: the installer's own code never changes it", () => {
    const codes = fc.array(anyCode, { minLength: 1, maxLength: 5 });
    const exits = fc.option(fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(codes, exits, exits, (refused, one, other) => {
        const exit = exitOf(refused, { exit: one, signal: null });
        expect(exit).toBe(exitOf(refused.toReversed(), { exit: other, signal: 'SIGKILL' }));
        expect(exit).not.toBe(0);
      }),
    );
  });
});
