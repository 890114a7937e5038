// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../core/report.ts';
import type { TrustRows } from '../core/trust-rows.ts';
import { placesOf } from '../host/index.ts';
import { DEFAULT_POLICY } from '../policy/index.ts';
import { openMemoryTrustRows } from '../storage/index.ts';
import { approve } from '../trust/index.ts';
import type { VerifyOptions } from './verify-context.ts';
import { verifyWord } from './verify-work.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');
const INDEX = 'https://index.example/simple/';
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const C = 'c'.repeat(64);

let ground = '';
let said = '';
let rows: TrustRows;
beforeEach(() => {
  ground = mkdtempSync(join(tmpdir(), 'wheelproof-verify-lock-'));
  rows = openMemoryTrustRows();
});
afterEach(() => rmSync(ground, { recursive: true, force: true }));

const NO_REPORT: Report = JSON.parse('{}');

const wheel = (project: string): string => `${project}-1.0-py3-none-any.whl`;

async function verify(
  name: string,
  text: string,
  options: VerifyOptions = {},
  asJson = true,
): Promise<{ exit: number; report: Report }> {
  said = '';
  writeFileSync(join(ground, name), text);
  const context = {
    rows,
    clock: { now: () => NOW },
    policy: DEFAULT_POLICY,
    places: placesOf({}, ground),
    environment: {},
    directory: ground,
    io: { out: (more: string) => void (said += more) },
  };
  const exit = await verifyWord(context, name, {
    offline: true,
    ...(asJson ? { json: true as const } : {}),
    ...options,
  });
  return { exit, report: asJson ? JSON.parse(said) : NO_REPORT };
}

function remember(project: string, sha256: string, filename = wheel(project)): void {
  rows.remember({
    index: INDEX,
    project,
    version: '1.0',
    filename,
    url: `https://files.example/${filename}`,
    sha256,
    size: 1,
    firstSeen: NOW - 1e10,
    lastSeen: NOW - 1e10,
    verdict: 'first-seen',
    policy: 'p',
  });
}

const poetry = (...files: readonly (readonly [project: string, sha256: string])[]): string =>
  `${files
    .map(
      ([project, sha256]) =>
        `[[package]]\nname = "${project}"\nversion = "1.0"\nfiles = [{file = "${wheel(project)}", hash = "sha256:${sha256}"}]\n`,
    )
    .join('')}[metadata]\nlock-version = "2.1"\ncontent-hash = "x"\n`;

const approveIt = (sha256: string): void =>
  void approve(
    rows,
    { sha256, project: null, reason: 'read it', owner: 'me', expiresAt: null },
    { now: NOW - 1, run: 'r' },
  );

describe('a lock file', () => {
  test('all of whose files somebody vouches for passes', async () => {
    for (const sha256 of [A, B]) approveIt(sha256);
    const { exit, report } = await verify('poetry.lock', poetry(['one', A], ['two', B]));
    expect(report.files.map(({ project, verdict }) => `${project} ${verdict}`)).toEqual([
      'one vouched',
      'two vouched',
    ]);
    expect(exit).toBe(0);
  });

  test('whose files are only remembered, or not even that, is refused as unvouched', async () => {
    remember('one', A);
    const { exit, report } = await verify('poetry.lock', poetry(['one', A], ['two', B]));
    expect(exit).toBe(11);
    expect(report.files.flatMap(({ reasons }) => reasons.map(({ message }) => message))).toEqual([
      expect.stringContaining('this machine only remembers it'),
      expect.stringContaining('nobody vouches for it'),
    ]);
  });

  test('that states another digest than memory has for the name is contradicted', async () => {
    remember('one', A);
    const { exit, report } = await verify('poetry.lock', poetry(['one', B]));
    expect(exit).toBe(10);
    expect(report.files[0]?.reasons[0]).toMatchObject({ code: 'WP-NAME-REUSED' });
  });

  test('that states another digest than its index was seen to list is contradicted', async () => {
    const page = {
      index: INDEX,
      project: 'one',
      form: 'json',
      status: 'active',
      newest: '1.0',
      listed: 1,
      client: 'pip 26.3',
      firstSeen: NOW - 1e10,
      seenAt: NOW - 1e10,
    } as const;
    const listing = {
      filename: wheel('one'),
      sha256: A,
      firstSeen: NOW - 1e10,
      yanked: false,
      change: 'none',
      changedAt: 0,
    } as const;
    rows.rememberPage(page, [listing]);
    const { exit, report } = await verify('poetry.lock', poetry(['one', B]));
    expect(exit).toBe(10);
    expect(report.files[0]?.reasons[0]).toMatchObject({ code: 'WP-HASH-MISMATCH' });
    expect((await verify('poetry.lock', poetry(['one', A]))).exit).toBe(11);
    rows.rememberPage({ ...page, status: 'quarantined', seenAt: NOW }, null);
    const { report: now } = await verify('poetry.lock', poetry(['one', A]));
    expect(now.refusals).toMatchObject([{ code: 'WP-QUARANTINED', subject: 'one' }]);
  });

  test('that states digests alone is judged by the files that memory knows by them', async () => {
    remember('one', A);
    approveIt(A);
    const text = JSON.stringify({
      _meta: {},
      default: { one: { version: '==1.0', hashes: [`sha256:${A}`, `sha256:${C}`] } },
    });
    const { exit, report } = await verify('Pipfile.lock', text);
    expect(report.files.map(({ filename, verdict }) => [filename, verdict])).toEqual([
      [`one-1.0 sha256:${C}`, 'refused'],
      [wheel('one'), 'vouched'],
    ]);
    expect(exit).toBe(11);
  });

  test('without a digest for an entry is refused, and what is no release is told', async () => {
    const text = `one==1.0\ntwo==1.0 --hash=sha256:${B}\nthree @ git+https://git.example/three@main\n`;
    approveIt(B);
    const { exit, report } = await verify('requirements.txt', text);
    expect(exit).toBe(11);
    expect(report.refusals).toMatchObject([{ code: 'WP-LOCK-NO-HASH', subject: 'one 1.0' }]);
    expect(report.notes.join('\n')).toContain('three comes from version control');
  });

  test('passes over nothing that it names without saying which project it is', async () => {
    const text = `-e ./lib\nhttps://f.test/main.zip\nhttps://f.test/two-1.0-py3-none-any.whl\n`;
    const { exit, report } = await verify('requirements.txt', text);
    expect(exit).toBe(11);
    expect(report.refusals).toMatchObject([
      { code: 'WP-LOCK-NO-HASH', subject: 'two 1.0' },
      { code: 'WP-NO-VOUCHER', subject: 'https://f.test/main.zip' },
    ]);
    expect(report.notes.join('\n')).toContain('./lib comes from this machine; not looked at');
    approveIt(A);
    const good = `./lib\none==1.0 --hash=sha256:${A}\n`;
    expect((await verify('requirements.txt', good, {}, false)).exit).toBe(0);
    expect(said).toContain('\nvouched; 1 entry was not looked at\n');
  });

  test('is told in few words however long it is', async () => {
    const many = Array.from({ length: 100 }, (_, at) => [`p${at}`, B] as const);
    for (const [project] of many) remember(project, A);
    await verify('poetry.lock', poetry(...many), {}, false);
    expect(said.split('\n').length).toBeLessThan(80);
    expect(said).toContain('and 80 more files with something against them');
    expect(said).toMatch(/contradicted 100\n(?:.*\n)*refused; exit 10/u);
  });

  test('takes no option that is about one file', async () => {
    await expect(verify('poetry.lock', poetry(), { name: 'x' })).rejects.toMatchObject({
      code: 'WP-USAGE',
    });
  });
});
