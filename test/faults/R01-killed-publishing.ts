// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStagedFolder } from '../../src/storage/index.ts';
import { checkRepository, TufClient } from '../../src/tuf/index.ts';
import { fingerprintWords } from '../../src/tuf/fingerprint-words.ts';
import { TufStore } from '../world/tuf-repository.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { killing, killPoint, ONE_FILE_THREAD } from './machinery.ts';

/*
 * The real command, killed at each of its writes, syncs, renames and removals in turn. What it left
 * is then read by a client and looked through whole, and the same command is run again.
 */

const CALLS = ['fdatasync', 'fsync', 'rename', 'unlink', 'pwrite64', 'write'] as const;
/** Most of `write` are of Node's own threads to each other. */
const STRIDES: Readonly<Record<string, number>> = {
  write: Number(process.env['FAULTS_STRIDE'] ?? 4),
};
/** More of one call than any of these commands makes. */
const MOST = 400;
const PATH = 'packages/a/a-1.0.tar.gz';
const variables = { WHEELPROOF_TUF_PASSPHRASE: 'passphrase', ...ONE_FILE_THREAD };

interface Flow {
  readonly name: string;
  /** Once, before the first kill. */
  readonly prepare?: readonly string[][];
  readonly command: readonly string[];
  /** What clients see of PATH afterwards. */
  readonly fresh: string;
}

const KEYS = ['--root-key', 'a.key', '--root-key', 'b.key'];
const CEREMONY = ['tuf', 'ceremony'];

const FLOWS: readonly Flow[] = [
  { name: 'tuf publish', command: ['tuf', 'publish', 'repo'], fresh: 'new' },
  {
    name: 'tuf rotate',
    command: ['tuf', 'rotate', 'repo', ...KEYS, '--online-key', 'next.key'],
    fresh: 'old',
  },
  { name: 'tuf rebin', command: ['tuf', 'rebin', 'repo', ...KEYS, '--bits', '2'], fresh: 'old' },
  {
    name: 'tuf ceremony finish',
    prepare: [
      [...CEREMONY, 'init', 'change', '--repository', 'repo', '--online-key', 'next.key'],
      [...CEREMONY, 'assemble', 'change'],
      [...CEREMONY, 'sign', 'change', '--signer', 'a.key', '--confirm', 'WORDS'],
      [...CEREMONY, 'sign', 'change', '--signer', 'b.key', '--confirm', 'WORDS'],
    ],
    command: [...CEREMONY, 'finish', 'change', '--repository', 'repo', '--online-key', 'next.key'],
    fresh: 'old',
  },
];

async function begin(ground: Ground, flow: Flow, folder: string): Promise<void> {
  await mkdir(folder);
  const run = async (...words: readonly string[]): Promise<void> => {
    const ended = await runIn(ground, folder, words);
    if (ended.exit !== 0) throw new Error(`${words.join(' ')}: ${ended.stderr}`);
  };
  for (const name of ['a', 'b', 'online', 'next']) await run('tuf', 'key', `${name}.key`);
  await run(
    'tuf',
    'init',
    'repo',
    ...KEYS,
    '--threshold',
    '2',
    '--online-key',
    'online.key',
    '--bits',
    '1',
  );
  await writeFile(join(folder, 'a-1.0.tar.gz'), 'old');
  await run('tuf', 'add', 'repo', 'a-1.0.tar.gz');
  await run('tuf', 'publish', 'repo');
  for (const words of flow.prepare ?? []) {
    const page = await readFile(join(folder, 'change', 'proposal.txt'), 'utf8').catch(() => '');
    const typed = fingerprintWords(hash('sha256', page, 'hex'), 4);
    await run(...words.map((word) => (word === 'WORDS' ? typed : word)));
  }
  await writeFile(join(folder, 'a-1.0.tar.gz'), 'new');
  await run('tuf', 'add', 'repo', 'a-1.0.tar.gz');
}

/** Words that name files of the folder are made to name them from anywhere. */
async function runIn(
  ground: Ground,
  folder: string,
  words: readonly string[],
  before: readonly string[] = [],
) {
  const own = new Set(['repo', 'change', 'a-1.0.tar.gz']);
  const line = words.map((word) =>
    own.has(word) || word.endsWith('.key') ? join(folder, word) : word,
  );
  return await ground.command(line, { variables, before, patience: 60_000 });
}

async function killEverywhere(ground: Ground, flow: Flow): Promise<Played> {
  const root = ground.environment.root;
  const start = join(root, 'begin');
  await begin(ground, flow, start);
  const faults: string[] = [];
  const points = new Set<string>();
  let kills = 0;
  for (const call of CALLS)
    for (let when = 1; when <= MOST && faults.length === 0; when += STRIDES[call] ?? 1) {
      // The folder keeps its name: settings hold whole paths.
      await rm(join(root, 'begin-kept'), { recursive: true, force: true });
      await cp(start, join(root, 'begin-kept'), { recursive: true });
      const log = join(root, 'strace.txt');
      const killed = await runIn(ground, start, flow.command, killing(call, when, log));
      const point = killPoint(await readFile(log, 'utf8'), call, when);
      const isOver = point === null;
      if (point === null) {
        // Not so far, then: it must have gone well.
        if (killed.exit !== 0) faults.push(`not killed, exit ${killed.exit}: ${killed.stderr}`);
      } else {
        kills += 1;
        points.add(`${call} ${point}`);
        faults.push(...(await judge(ground, flow, start, `${call} ${when}`)));
      }
      await rm(start, { recursive: true });
      await cp(join(root, 'begin-kept'), start, { recursive: true });
      if (isOver) break;
    }
  return { faults: faults.slice(0, 5), figure: `${kills} kills at ${points.size} different calls` };
}

async function judge(
  ground: Ground,
  flow: Flow,
  folder: string,
  where: string,
): Promise<readonly string[]> {
  const store = new TufStore();
  const left = await seen(folder, store).catch(String);
  const faults: string[] = [];
  const known = [hash('sha256', 'old', 'hex'), hash('sha256', flow.fresh, 'hex')];
  if (!known.includes(left)) faults.push(`${where}: a client sees ${left}`);
  const again = await runIn(ground, folder, flow.command);
  if (again.exit !== 0)
    faults.push(`${where}: run again, it ends with ${again.exit}: ${again.stderr}`);
  const fresh = await seen(folder, store).catch(String);
  if (fresh !== known[1]) faults.push(`${where}: run again, a client sees ${fresh}`);
  const { problems } = await walk(folder);
  for (const problem of problems) faults.push(`${where}: ${problem.message}`);
  return faults;
}

async function seen(folder: string, store: TufStore): Promise<string> {
  const files = await openStagedFolder(join(folder, 'repo', 'public', 'metadata'));
  const root = await files.read('1.root.json');
  if (root !== null && (await store.load('root')) === null) await store.save('root', root);
  const source = { fetch: async (name: string) => await files.read(name) };
  const client = await TufClient.open({ source, store, now: Date.now() });
  await client.refresh();
  return (await client.findTarget(PATH))?.hashes['sha256'] ?? 'nothing';
}

async function walk(folder: string) {
  const files = await openStagedFolder(join(folder, 'repo', 'public', 'metadata'));
  const targets = join(folder, 'repo', 'public', 'targets');
  const served = {
    metadata: async (name: string) => await files.read(name),
    target: async (path: string) => await readFile(join(targets, path)).catch(() => null),
  };
  return await checkRepository(served, null, Date.now());
}

export const R01: Fault = {
  id: 'R01',
  title: 'killed at every write of a TUF repository',
  forms: FLOWS.map((flow) => ({
    name: flow.name,
    needs: ['strace'],
    play: async (ground) => killEverywhere(ground, flow),
  })),
};
