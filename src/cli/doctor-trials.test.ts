// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { DEFAULT_POLICY, sealPolicy } from '../policy/index.ts';
import { makeFixtureWheel, serveFixtures } from './doctor-fixture.ts';
import { checkPolicy, judgeJail } from './doctor-policy.ts';
import type { FoundInstaller } from './doctor-programs.ts';
import type { Trial } from './doctor-self-test.ts';
import { judgeTrials, resultOf } from './doctor-trials.ts';

const FOUND: FoundInstaller = {
  kind: 'pip',
  words: ['/bin/pip'],
  version: '26.3',
  from: 'PATH',
  shim: null,
  interpreter: null,
  prefix: null,
  identity: 'pip',
};
const GOOD: Trial = {
  exit: 0,
  installed: true,
  codes: [],
  jail: 'namespace',
  said: '',
  milliseconds: 700,
};
const HELD: Trial = { ...GOOD, exit: 10, installed: false, codes: ['WP-HASH-MISMATCH'] };
const BROKEN: Trial = { ...GOOD, exit: 1, installed: false, said: 'No module named pip' };

describe('what the self-test proves', () => {
  test.each<[string, Trial, Trial, string, string | null]>([
    ['held', GOOD, HELD, 'installed/refused', null],
    ['let through', GOOD, GOOD, 'installed/INSTALLED', 'WP-INTERNAL'],
    [
      'let through, then told',
      GOOD,
      { ...HELD, installed: true },
      'installed/INSTALLED',
      'WP-INTERNAL',
    ],
    ['stopped by the installer alone', GOOD, BROKEN, 'installed/stopped', 'WP-INTERNAL'],
    [
      'refused for another reason',
      GOOD,
      { ...HELD, codes: ['WP-TLS'] },
      'installed/stopped',
      'WP-INTERNAL',
    ],
    ['no file passes', HELD, HELD, 'not installed/refused', 'WP-HASH-MISMATCH'],
    ['the installer is broken', BROKEN, BROKEN, 'not installed/stopped', 'WP-INSTALLER-NOT-FOUND'],
    [
      'it says 0 and installs nothing',
      { ...BROKEN, exit: 0 },
      HELD,
      'not installed/refused',
      'WP-INSTALLER-NOT-FOUND',
    ],
  ])('%s', (_, good, changed, words, code) => {
    const result = resultOf(FOUND, { good, changed });
    expect(`${result.good}/${result.tampered}`).toBe(words);
    const check = judgeTrials(FOUND, { good, changed }, true);
    expect(check.code).toBe(code);
    expect(check.state).toBe(code === null ? 'ok' : 'problem');
  });

  test('a broken installer that nothing runs is a warning, one that lets bytes through never is', () => {
    expect(judgeTrials(FOUND, { good: BROKEN, changed: BROKEN }, false).state).toBe('warning');
    expect(judgeTrials(FOUND, { good: GOOD, changed: GOOD }, false).state).toBe('problem');
  });

  test('it says what it saw', () => {
    const { message } = judgeTrials(FOUND, { good: GOOD, changed: HELD }, true);
    expect(message).toContain('refused (exit 10, WP-HASH-MISMATCH), nothing of it was installed');
    const broken = judgeTrials(FOUND, { good: BROKEN, changed: BROKEN }, true);
    expect(broken.message).toContain('exit 1, No module named pip');
  });
});

test('the two wheels differ, and the page promises the right one', async () => {
  const right = makeFixtureWheel('a-b', 1);
  const wrong = makeFixtureWheel('a-b', 2);
  expect(right.bytes).not.toEqual(wrong.bytes);
  expect(right.bytes.length).toBe(wrong.bytes.length);
  expect(makeFixtureWheel('a-b', 1).bytes).toEqual(right.bytes);
  await using index = await serveFixtures([{ promised: right, sent: wrong }]);
  const page = await (await fetch(`${index.url}a-b/`)).text();
  const sha256 = createHash('sha256').update(right.bytes).digest('hex');
  const [, link = ''] = /href="([^"#]+)#sha256=/u.exec(page) ?? [];
  expect(page).toContain(`#sha256=${sha256}"`);
  const sent = Buffer.from(await (await fetch(new URL(link, index.url))).arrayBuffer());
  expect(sent).toEqual(wrong.bytes);
  expect((await fetch(`${index.url}other/`)).status).toBe(404);
});

describe('policy and jail', () => {
  test('the policy in force, and who can change it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelproof-doctor-policy-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'wheelproof.toml');
    await writeFile(file, '', { mode: 0o600 });
    const policy = sealPolicy({ ...DEFAULT_POLICY, sources: [file] });
    const me = process.geteuid?.() ?? null;
    expect(await checkPolicy(async () => DEFAULT_POLICY, me)).toMatchObject([{ state: 'ok' }]);
    expect((await checkPolicy(async () => policy, me))[0]?.message).toContain(file);
    await rm(file);
    await writeFile(file, '', { mode: 0o666 });
    const { chmod } = await import('node:fs/promises');
    await chmod(file, 0o666);
    expect(await checkPolicy(async () => policy, me)).toMatchObject([
      { state: 'problem', code: 'WP-STATE-PERMISSIONS', hint: `chmod go-w ${file}` },
      { state: 'ok' },
    ]);
    const bad = async () =>
      Promise.reject(new Refusal('WP-POLICY-INVALID', { message: 'x:1: no' }));
    expect(await checkPolicy(bad, me)).toMatchObject([{ code: 'WP-POLICY-INVALID' }]);
  });

  test.each([
    ['namespace', 'ok'],
    ['landlock', 'note'],
    ['none', 'warning'],
  ] as const)('jail %s: %s', (level, state) => {
    const check = judgeJail({ level, obstacles: ['no user namespace may be made here'] });
    expect(check.state).toBe(state);
    if (state !== 'ok') expect(check.message).toContain('no user namespace');
  });
});
