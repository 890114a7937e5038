// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { fingerprintWords } from '../../src/tuf/fingerprint-words.ts';
import { openEnvironment, type Environment } from '../world/environments.ts';
import { provisionWith } from '../world/installer-templates.ts';
import { serveFolder } from '../world/served-folder.ts';
import { pathsBelow } from '../world/tree-hash.ts';
import { makeWheel, type BuiltFile } from '../world/wheel.ts';
import { INDEX, openWorld, type World } from '../world/world.ts';
import { runGuarded, type Guarded } from './door.ts';
import { codesIn } from './oracle.ts';

/*
 * docs/guide/taken-over.md, played: a team's signed index, whose server somebody has at time T with
 * everything on it (online key, passphrase, repository, database); real commands, real pip and uv, one
 * client that is never touched. Each test goes on where the one before has ended.
 */

provisionWith(inject('callersEnvironment'));

const OLD = makeWheel({ name: 'old', version: '1.0' });
const GOOD = makeWheel({ name: 'good', version: '1.0' });
const CHANGED = makeWheel({ name: 'old', version: '1.0', word: 'EVIL' });
const EVIL = makeWheel({ name: 'good', version: '1.0', word: 'EVIL' });
const EVIL_NEW = makeWheel({ name: 'good', version: '2.0', word: 'EVIL' });

let world: World;
let member: Environment;
/** Comes after T. */
let newcomer: Environment;
/** Comes after T, and wants more than the index's word. */
let stranger: Environment;
let desk = '';

beforeAll(async () => {
  world = await openWorld();
  [member, newcomer, stranger] = await Promise.all([
    openEnvironment(world, 'pip'),
    openEnvironment(world, 'uv'),
    openEnvironment(world, 'uv'),
  ]);
  desk = join(member.root, 'desk');
  await mkdir(desk);
  serveFolder(world.host(INDEX), join(desk, 'repo/public'));
});
afterAll(async () => {
  await Promise.all(
    [member, newcomer, stranger].map(async (one) => await one[Symbol.asyncDispose]()),
  );
  await world[Symbol.asyncDispose]();
});

/** A command of ours where the repository is kept. */
async function tuf(...words: readonly string[]): Promise<Guarded> {
  const environment = {
    ...member,
    variables: { ...member.variables, WHEELPROOF_TUF_PASSPHRASE: 'a long passphrase' },
  };
  return await runGuarded({ environment, words: ['tuf', ...words], bare: true, directory: desk });
}

async function must(...words: readonly string[]): Promise<void> {
  const { exit, stderr } = await tuf(...words);
  expect([words.join(' '), exit, stderr]).toEqual([words.join(' '), 0, '']);
}

async function lay(file: BuiltFile, folder = 'wheels'): Promise<string> {
  await mkdir(join(desk, folder), { recursive: true });
  await writeFile(join(desk, folder, file.filename), file.bytes);
  return join(folder, file.filename);
}

/** What a person has: a policy, and the root beside it. Never written again. */
async function settle({ directory }: Environment, more = ''): Promise<void> {
  await cp(join(desk, 'repo/public/metadata/1.root.json'), join(directory, 'acme.root.json'));
  const index = `[[index]]\nname = "acme"\nurl = "${world.index}"\ntuf-root = "acme.root.json"\n`;
  const owner = '[[project]]\nname = "*"\nindex = "acme"\n';
  await writeFile(join(directory, 'wheelproof.toml'), `${more}${index}${owner}`);
}

async function install(environment: Environment, asked: string): Promise<Guarded> {
  await environment.renewTarget();
  const starter = environment.installer === 'pip' ? ['pip'] : ['uv', 'pip'];
  const words = [...starter, 'install', '--index-url', world.index, asked];
  return await runGuarded({ environment, words });
}

async function ran({ target }: Environment): Promise<readonly string[]> {
  const below = await pathsBelow(target);
  return below.flatMap((path) => /([^/]+)\.dist-info\/METADATA$/u.exec(path)?.[1] ?? []);
}

/** Refused in this way, and nothing of it installed. */
async function expectRefused(environment: Environment, asked: string, code: string, exit: number) {
  const guarded = await install(environment, asked);
  const codes = guarded.report === null ? [] : [...codesIn(guarded.report)];
  expect([guarded.exit, codes], guarded.stderr).toEqual([exit, expect.arrayContaining([code])]);
  expect(await ran(environment)).toEqual([]);
}

async function expectVouched(environment: Environment, asked: string): Promise<void> {
  const guarded = await install(environment, asked);
  expect([guarded.exit, guarded.report?.summary], guarded.stderr).toEqual([
    0,
    expect.objectContaining({ vouched: 1, refused: 0, failed: 0 }),
  ]);
  expect(guarded.stderr).toContain(`tuf: ${world.index}`);
}

describe('an index is taken over', () => {
  test('before: three holders of whom two sign, one online key, two files', async () => {
    for (const name of ['alice', 'bob', 'carol', 'online']) await must('key', `${name}.key`);
    const holders = ['alice', 'bob', 'carol'].flatMap((name) => ['--root-key', `${name}.key`]);
    const rest = ['--threshold', '2', '--online-key', 'online.key', '--bits', '2'];
    await must('init', 'repo', ...holders, ...rest);
    await must('add', 'repo', await lay(OLD), await lay(GOOD));
    await must('publish', 'repo');
    await must('verify', 'repo');
    await cp(join(desk, 'repo'), join(desk, 'copy'), { recursive: true });
    await settle(member);
    await settle(newcomer);
    await settle(stranger, 'require = "publisher"\n');
    await expectVouched(member, 'good');
  });

  test('T: whoever has it all signs a changed file and a new one', async () => {
    await must('add', 'repo', await lay(EVIL, 'evil'), await lay(EVIL_NEW, 'evil'));
    await must('publish', 'repo');
    await must('verify', 'repo');
  });

  test('files of before still verify', async () => {
    await expectVouched(member, 'old');
  });

  test('the changed file is refused where the old one was seen', async () => {
    await expectRefused(member, 'good==1.0', 'WP-NAME-REUSED', 10);
  });

  test('whoever never saw it and wants a publisher gets neither', async () => {
    await expectRefused(stranger, 'good==1.0', 'WP-NO-VOUCHER', 11);
    await expectRefused(stranger, 'good', 'WP-NO-VOUCHER', 11);
  });

  test('what is changed without the online key is refused by everybody', async () => {
    const folder = join(desk, 'repo/public/packages/old');
    await rm(join(folder, OLD.filename)); // it is one file with the target: not written through
    await writeFile(join(folder, OLD.filename), CHANGED.bytes);
    await expectRefused(newcomer, 'old', 'WP-TUF-MISMATCH', 10);
    await rm(join(folder, OLD.filename));
    await writeFile(join(folder, OLD.filename), OLD.bytes);
    await expectVouched(newcomer, 'old');
  });

  test('neither a root nor targets can be made with what lay on the server', async () => {
    const keys = ['--root-key', 'online.key', '--online-key', 'online.key'];
    const { exit, stderr } = await tuf('rotate', 'repo', ...keys);
    expect(exit).toBe(21);
    expect(stderr).toContain('WP-TUF-KEY');
    const metadata = join(desk, 'repo/public/metadata');
    const forged = join(desk, 'forged');
    const rest = ['--root-key', 'online.key', '--online-key', 'online.key', '--bits', '2'];
    await must('init', 'forged', ...rest);
    await cp(join(forged, 'public/metadata/1.root.json'), join(metadata, '2.root.json'));
    await expectRefused(member, 'old', 'WP-TUF-SIGNATURE', 10);
    await rm(join(metadata, '2.root.json'));
  });

  test('recovery: the last good copy, a new root by a ceremony of two holders, and every client follows', async () => {
    await cp(join(desk, 'repo'), join(desk, 'seized'), { recursive: true });
    await cp(join(desk, 'copy/public'), join(desk, 'repo/public'), { recursive: true });
    await must('key', 'new.key');
    const ceremony = async (step: string, ...more: readonly string[]): Promise<void> =>
      await must('ceremony', step, 'stolen', ...more);
    await ceremony('init', '--repository', 'repo', '--online-key', 'new.key');
    await ceremony('assemble');
    const proposal = await readFile(join(desk, 'stolen/proposal.txt'));
    const words = fingerprintWords(hash('sha256', proposal, 'hex'), 4);
    for (const holder of ['alice', 'carol'])
      await ceremony('sign', '--signer', `file:${holder}.key`, '--confirm', words);
    await ceremony('finish', '--repository', 'repo', '--online-key', 'new.key', '--lost');
    await must('verify', 'repo', '--root', join(desk, 'copy/public/metadata/1.root.json'));
    await expectVouched(member, 'good');
    expect(await ran(member)).toEqual(['good-1.0']);
    await expectVouched(member, 'old');
  });

  test('the stolen key signs nothing any more', async () => {
    await must('add', 'seized', 'evil/good-2.0-py3-none-any.whl', '--as', 'packages/x/y');
    await must('publish', 'seized');
    serveFolder(world.host(INDEX), join(desk, 'seized/public'));
    await expectRefused(member, 'good', 'WP-TUF-SIGNATURE', 10);
    serveFolder(world.host(INDEX), join(desk, 'repo/public'));
    await expectVouched(member, 'good');
  });

  test('and the team goes on', async () => {
    const next = makeWheel({ name: 'good', version: '1.1' });
    await must('add', 'repo', await lay(next));
    await must('publish', 'repo');
    await expectVouched(member, 'good');
    expect(await ran(member)).toEqual(['good-1.1']);
  });
});
