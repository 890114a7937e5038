// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { github } from '../../../test/world/publishers.ts';
import { isSamePublisher } from '../../core/publisher.ts';
import { publisherNotation } from '../../core/publisher-notation.ts';
import { openMemoryTrustRows } from '../../storage/index.ts';
import { registerTrustCommand } from './trust.ts';

const NOW = Date.parse('2026-05-04T03:02:01.000Z');
const ALICE = github({});
const BOB = github({ repository: 'bob/demo', ownerId: '22' });

function open() {
  const rows = openMemoryTrustRows();
  rows.rememberPublishers({
    index: 'https://index.example/simple/',
    project: 'demo',
    version: '1.0',
    filename: 'demo-1.0.tar.gz',
    sha256: 'a'.repeat(64),
    publishers: [ALICE],
    firstSeen: NOW,
  });
  const run = async (...words: string[]): Promise<string> => {
    let printed = '';
    const program = new Command('wheelproof').exitOverride();
    program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    const context = async () => ({ rows, clock: { now: () => NOW }, owner: 'ada' });
    registerTrustCommand(program, context, {
      out: (text) => {
        printed += text;
      },
      stdin: async () => Buffer.alloc(0),
      stdinIsTerminal: false,
    });
    await program.parseAsync(['trust', ...words], { from: 'user' });
    return printed;
  };
  return { rows, run };
}

const WHY = ['--reason', 'it moved, see its issue 12'];
const refused = (words: RegExp) =>
  expect.objectContaining({ code: 'WP-USAGE', message: expect.stringMatching(words) });

describe('trust accept', () => {
  test('shows old and new, writes it down with reason and owner, and into the audit trail', async () => {
    const { rows, run } = open();
    const shown = await run('accept', 'Demo==1.1', '--publisher', publisherNotation(BOB), ...WHY);
    expect(shown).toContain(
      'was   GitHub alice/demo, workflow release.yml, tag v1.0 (repository id 1, owner id 11) (1.0 of https://index.example/simple/)',
    );
    expect(shown).toContain(
      'now   GitHub bob/demo, workflow release.yml (repository id 1, owner id 22)',
    );
    expect(shown).toContain('by    ada: it moved, see its issue 12');
    const [change] = rows.listChanges({});
    expect(change).toMatchObject({ project: 'demo', version: '1.1', owner: 'ada', at: NOW });
    expect(change?.publisher && isSamePublisher(change.publisher, BOB)).toBe(true);
    const [event] = rows.auditTrail({ subject: 'demo' });
    expect(event).toMatchObject({ what: 'accept', detail: { version: '1.1', owner: 'ada' } });
  });

  test('that it comes without attestations, and takes it back', async () => {
    const { rows, run } = open();
    await run('accept', 'demo==1.1', '--unattested', '--owner', 'bob', ...WHY);
    expect(rows.listChanges({})).toMatchObject([{ publisher: null, owner: 'bob' }]);
    expect(await run('show', 'demo')).toMatch(
      /Published by:[^]*alice[^]*Accepted changes:[^]*nobody/u,
    );
    expect(JSON.parse(await run('show', 'demo', '--json'))).toMatchObject({
      publishers: [{ publishers: [{ repository: 'https://github.com/alice/demo' }] }],
      changes: [{ publisher: null }],
    });
    expect(await run('accept', 'demo==1.1', '--withdraw', ...WHY)).toContain('Withdrawn');
    expect(rows.listChanges({})).toEqual([]);
    const trail = rows.auditTrail({ subject: 'demo' }).map(({ what }) => what);
    expect(trail).toEqual(['accept', 'withdraw-accept']);
  });

  test.each([
    [['demo==1.1'], /either --publisher or --unattested/u],
    [['demo==1.1', '--unattested', '--publisher', 'github:a/b'], /either/u],
    [['demo==1.1', '--publisher', 'nonsense'], /expected a publisher such as/u],
    [['demo', '--unattested'], /PROJECT==VERSION/u],
    [['demo==one', '--unattested'], /PROJECT==VERSION/u],
    [['demo==9.9', '--withdraw'], /nothing was accepted/u],
  ])('refuses %j', async (words, message) => {
    const { rows, run } = open();
    await expect(run('accept', ...words, ...WHY)).rejects.toEqual(refused(message));
    expect(rows.listChanges({})).toEqual([]);
    expect(rows.auditTrail({})).toEqual([]);
  });

  test('forgetting a file forgets who published it', async () => {
    const { rows, run } = open();
    const [row] = rows.listPublishers({});
    if (row === undefined) throw new Error('nothing there');
    const times = { firstSeen: NOW, lastSeen: NOW };
    rows.remember({
      ...row,
      url: 'https://x.test/',
      size: 1,
      ...times,
      verdict: 'vouched',
      policy: '',
    });
    await run('forget', 'demo-1.0.tar.gz', ...WHY);
    expect(rows.listPublishers({})).toEqual([]);
  });
});
