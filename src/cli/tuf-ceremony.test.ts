// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintWords } from '../tuf/fingerprint-words.ts';
import { runCommand } from './commands.ts';
import { parseCommandLine } from './own-options.ts';
import { PASSPHRASE } from './tuf-keys.ts';

const ground = mkdtempSync(join(tmpdir(), 'ceremony-'));
const before = { directory: process.cwd(), environment: { ...process.env } };
const page = readFileSync(join(import.meta.dirname, '../../docs/guide/ceremony.md'), 'utf8');
const PATH = 'packages/a/a-1.0.tar.gz';
let agent: ChildProcess | undefined;

function has(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((one) => existsSync(join(one, program)));
}

const isHere = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every(has);
const NAMES = ['alice', 'bob', 'carol', 'carol-2', 'dave'];

beforeAll(async () => {
  if (!isHere) return;
  process.chdir(ground);
  const socket = join(ground, 'agent');
  agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  if (agent.stdout !== null) await once(agent.stdout, 'data');
  process.env['SSH_AUTH_SOCK'] = socket;
  process.env[PASSPHRASE] = 'passphrase';
  for (const name of NAMES) {
    const words = ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', `key-${name}`];
    execFileSync('ssh-keygen', words);
    execFileSync('ssh-add', ['-q', `key-${name}`], { stdio: 'ignore' });
  }
});

afterAll(async () => {
  process.chdir(before.directory);
  process.env['SSH_AUTH_SOCK'] = before.environment['SSH_AUTH_SOCK'];
  delete process.env[PASSPHRASE];
  if (agent !== undefined) {
    agent.kill();
    await once(agent, 'exit');
  }
  rmSync(ground, { recursive: true });
});

/** What a section of the page has its reader type. */
function linesOf(section: string): readonly string[] {
  const [, text = ''] = page.split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/```sh\n(?<block>[^`]*)```/gu)].flatMap(({ groups }) =>
    (groups?.['block'] ?? '').trim().split('\n'),
  );
}

async function type(line: string): Promise<string> {
  if (!line.startsWith('wheelproof '))
    return execFileSync('sh', ['-ec', line], { encoding: 'utf8', stdio: 'pipe' });
  const { words: typed, options } = parseCommandLine(line.split(' ').slice(1));
  const words = [...typed];
  const [, what, step, folder = ''] = words;
  if (what === 'ceremony' && step === 'sign') words.push('--confirm', wordsOf(folder));
  let said = '';
  const surface = { colour: false, width: 80 };
  const output = { out: (text: string) => void (said += text), err: () => {}, surface };
  await runCommand(words, options, output);
  return said;
}

/** What a holder reads on the screen and types. */
function wordsOf(folder: string): string {
  const transcript = join(folder, 'transcript.txt');
  const text = readFileSync(existsSync(transcript) ? transcript : join(folder, 'proposal.txt'));
  return fingerprintWords(hash('sha256', text, 'hex'), 4);
}

async function play(section: string): Promise<void> {
  const lines = linesOf(section);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) await type(line);
}

/** A client that has followed from the first root on. */
async function follows(expected: string, state = 'state'): Promise<void> {
  rmSync('out', { recursive: true, force: true });
  const line = `wheelproof tuf client repo/public ${PATH} --root first/1.root.json --state ${state} --out out`;
  await type(line);
  expect(readFileSync('out/a-1.0.tar.gz', 'utf8')).toBe(expected);
}

// One after the other, as in the life of one repository; docs/guide/ceremony.md is what is run.
describe.skipIf(!isHere && process.env['CI'] === undefined)('the page', () => {
  it('A new repository', async () => {
    await play('A new repository');
    writeFileSync('a-1.0.tar.gz', 'sdist');
    await type('wheelproof tuf add repo a-1.0.tar.gz');
    await type('wheelproof tuf publish repo');
    await follows('sdist');
    expect(
      await type('wheelproof tuf ceremony finish first --repository repo --online-key online.key'),
    ).toContain('Nothing to sign');
  });

  it.each([
    ['Runbook: a new year, or a new key for a holder', 2],
    ['Runbook: a holder more', 3],
    ['Runbook: a holder lost', 4],
    ['Runbook: another threshold', 5],
    ['Runbook: more bins', 6],
  ])('%s', async (section, version) => {
    await play(section);
    expect(existsSync(`repo/public/metadata/${version}.root.json`)).toBe(true);
    await follows('sdist');
    await follows('sdist', `state-${version}`);
  });

  it('Runbook: the online key is stolen', async () => {
    cpSync('repo', 'good', { recursive: true });
    mkdirSync('evil');
    writeFileSync('evil/a-1.0.tar.gz', 'trojan');
    await type('wheelproof tuf add repo evil/a-1.0.tar.gz');
    await type('wheelproof tuf publish repo');
    await follows('trojan');
    await play('Runbook: the online key is stolen');
    const said = await type('wheelproof tuf compare seized repo');
    expect(said).toContain(`changed ${PATH} sha256`);
    expect(await type('wheelproof tuf compare repo good')).toContain('0 targets differ');
    await follows('sdist');
    await follows('sdist', 'state-fresh');
    expect(await type('wheelproof tuf status repo')).toContain('3 of 3 holders');
  });

  it('names holders and what changes before anybody signs', async () => {
    await type('wheelproof tuf ceremony init look --repository repo --drop dave --threshold 1');
    const said = await type('wheelproof tuf ceremony assemble look');
    expect(said).toContain('removes the holder dave');
    expect(said).toContain('LOWERS the threshold: from 3 of 3 to 1 of 2');
    await expect(
      type('wheelproof tuf ceremony init other --repository repo --drop eve'),
    ).rejects.toMatchObject({ code: 'WP-CEREMONY-NAME' });
    await expect(
      type('wheelproof tuf ceremony init other --repository repo --drop dave'),
    ).rejects.toMatchObject({ code: 'WP-USAGE' });
  });

  it('follows no link that somebody laid into the folder', async () => {
    writeFileSync('mine', 'mine');
    symlinkSync(join(ground, 'mine'), join('look', 'signature-alice.json.new'));
    const work = type('wheelproof tuf ceremony sign look --signer agent:alice');
    await expect(work).rejects.toMatchObject({ code: 'WP-CEREMONY-MALFORMED' });
    expect(readFileSync('mine', 'utf8')).toBe('mine');
  });

  it('is wrong for ssh-keygen, too, when the transcript was changed', async () => {
    const [line = ''] = linesOf('A new repository').filter((one) => one.startsWith('ssh-keygen'));
    await type(line);
    writeFileSync('first/transcript.txt', `${readFileSync('first/transcript.txt', 'utf8')} `);
    await expect(type(line)).rejects.toThrow('ssh-keygen');
    const work = type('wheelproof tuf ceremony verify first');
    await expect(work).rejects.toMatchObject({ code: 'WP-CEREMONY-CHANGED' });
  });
});
