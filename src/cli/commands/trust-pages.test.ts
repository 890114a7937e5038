// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { openMemoryTrustRows } from '../../storage/index.ts';
import { registerTrustCommand } from './trust.ts';

const A = 'a'.repeat(64);
const NOW = Date.parse('2026-05-04T03:02:01.000Z');
const FILE = { index: 'https://index.example/simple/', filename: 'my_demo-1.0.tar.gz' };

function open(input: { stdin?: string; kept?: string[] } = {}) {
  const rows = openMemoryTrustRows();
  const run = async (...words: string[]): Promise<string> => {
    let printed = '';
    const program = new Command('wheelproof').exitOverride();
    program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    const { kept = [] } = input;
    const forget = async (_: string, isMeant: (index: string) => boolean): Promise<number> =>
      kept.splice(0).filter((index) => isMeant(index) || kept.push(index) === 0).length;
    const pageCopies = () => ({ forget });
    const context = async () => ({ rows, pageCopies, clock: { now: () => NOW }, owner: 'ada' });
    registerTrustCommand(program, context, {
      out: (text) => {
        printed += text;
      },
      stdin: async () => Buffer.from(input.stdin ?? ''),
      stdinIsTerminal: false,
    });
    await program.parseAsync(['trust', ...words], { from: 'user' });
    return printed;
  };
  const json = async (...words: string[]): Promise<unknown> =>
    JSON.parse(await run(...words, '--json'));
  return { rows, run, json };
}

const refused = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });

describe('trust forget-page', () => {
  const page = {
    index: FILE.index,
    project: 'my-demo',
    form: 'json',
    status: 'active',
    newest: '1.0',
    listed: 1,
    client: 'pip 26.3',
    firstSeen: NOW - 86_400_000,
    seenAt: NOW,
  } as const;
  const gone = {
    filename: FILE.filename,
    sha256: A,
    firstSeen: NOW,
    yanked: false,
    change: 'gone',
    changedAt: NOW,
  } as const;

  test('shows what it forgets, and writes it down', async () => {
    const { rows, run, json } = open();
    rows.rememberPage(page, [gone]);
    expect(await run('show', 'My_Demo')).toContain(
      `  no longer listed since 2026-05-04: ${FILE.filename}`,
    );
    expect(await json('show', 'my-demo')).toMatchObject({
      pages: [{ newest: '1.0', client: 'pip 26.3', changes: [{ change: 'gone', sha256: A }] }],
    });
    expect(await run('forget-page', 'My.Demo', '--reason', 'deleted')).toContain('page of my-demo');
    expect(rows.listPages({})).toEqual([]);
    expect(rows.auditTrail({})).toMatchObject([
      { what: 'forget-page', subject: 'my-demo', detail: { reason: 'deleted', newest: '1.0' } },
    ]);
    await expect(run('forget-page', 'my-demo', '--reason', 'x')).rejects.toThrow(
      refused('WP-USAGE', /no page of my-demo/u),
    );
  });

  test('is for one index where one is named', async () => {
    const { rows, run } = open();
    rows.rememberPage(page, [gone]);
    rows.rememberPage({ ...page, index: 'https://other.test/simple/' }, []);
    await run('forget-page', 'my-demo', '--reason', 'x', '--index', 'https://other.test/simple');
    expect(rows.listPages({})).toEqual([page]);
  });

  test('takes along what is kept for the time when the index is down', async () => {
    const { rows, run } = open({ kept: ['https://other.test/simple/', FILE.index] });
    rows.rememberPage(page, [gone]);
    const words = ['forget-page', 'my-demo', '--reason', 'x'];
    expect(await run(...words, '--index', FILE.index)).toContain('1 kept for the time');
    expect(await run(...words)).toBe('Forgotten:\n  1 kept for the time when the index is down\n');
    expect(rows.auditTrail({}).map(({ what }) => what)).toEqual(['forget-page', 'forget-page']);
  });

  test('pages travel, and never replace what is remembered', async () => {
    const from = open();
    from.rows.rememberPage(page, [gone]);
    const to = open({ stdin: await from.run('export') });
    expect(await to.run('import', '-')).toBe('1 added, 0 merged, 0 unchanged, 0 in conflict\n');
    expect(to.rows.listPages({})).toEqual([page]);
    expect(to.rows.recallListings(page.index, page.project)).toEqual([gone]);
    to.rows.rememberPage({ ...page, newest: '2.0' }, null);
    expect(await to.run('import', '-')).toBe('0 added, 0 merged, 1 unchanged, 0 in conflict\n');
    expect(to.rows.listPages({})).toMatchObject([{ newest: '2.0' }]);
  });
});
