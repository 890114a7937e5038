// SPDX-License-Identifier: Apache-2.0
/*
 * `node bench/tuf.ts [--million] [--peers] [--write]`: what signing and reading a TUF repository cost.
 * `--million`: of a million targets, signed from nothing; `--peers`: beside python-tuf and tuf-js.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Signer, StagedFolder } from '../src/core/tuf-repository.ts';
import { openStagedFolder } from '../src/storage/index.ts';
import { createRepository, PROFILES, RepositoryWriter, TufClient } from '../src/tuf/index.ts';
import { refreshBytes } from './tuf-bytes.ts';
import { pythonTuf, refreshWithTufJs } from './tuf-peers.ts';

const { values } = parseArgs({
  options: {
    million: { type: 'boolean' },
    peers: { type: 'boolean' },
    write: { type: 'boolean' },
  },
});
const lives = PROFILES.server;
const rows: string[] = [];

function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url').toString('hex'),
    sign: (message) => Promise.resolve(sign(null, message, privateKey)),
  };
}

const holders = [makeSigner(), makeSigner(), makeSigner()];
const online = makeSigner();
const stranger = makeSigner();

function tell(what: string, found: string, bound: string): void {
  rows.push(`| ${what} | ${found} | ${bound} |`);
  console.log(`${what}: ${found} (bound ${bound})`);
}

function targetAt(place: number) {
  const sha256 = hash('sha256', `${place}`, 'hex');
  const path = `packages/project-${place % 50_000}/project-${place}-1.0-py3-none-any.whl`;
  return { path, target: { length: 10_000 + place, sha256 } };
}

function* targets(count: number) {
  for (let place = 0; place < count; place++) yield targetAt(place);
}

function atRank(times: readonly number[], rank: number): string {
  const sorted = times.toSorted((left, right) => left - right);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? 0).toFixed(1);
}

async function refreshed(folder: Awaited<ReturnType<typeof openStagedFolder>>) {
  const kept = new Map<string, Uint8Array>();
  kept.set('root', (await folder.read('1.root.json')) ?? new Uint8Array());
  const store = {
    load: (role: string) => Promise.resolve(kept.get(role) ?? null),
    save: (role: string, bytes: Uint8Array) => Promise.resolve(void kept.set(role, bytes)),
    remove: (role: string) => Promise.resolve(void kept.delete(role)),
  };
  const source = { fetch: async (name: string) => await folder.read(name) };
  const client = await TufClient.open({ source, store, now: Date.now() });
  const { milliseconds, cpu } = await timed(async () => client.refresh());
  return { client, milliseconds, cpu };
}

/** Wall time, and the CPU time of the whole process: on a shared machine only the latter is ours. */
async function timed(work: () => Promise<unknown>) {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { milliseconds, cpu: (user + system) / 1000 };
}

/** A folder that keeps nothing. */
const NOWHERE: StagedFolder = {
  list: () => Promise.resolve([]),
  read: () => Promise.resolve(null),
  stage: () => Promise.resolve(),
  commit: () => Promise.resolve(),
  sync: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  changedAt: () => Promise.resolve(null),
};

function kilo(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} KB`;
}

/** tuf-js builds its maps in quadratic time: a small repository is all that it can be asked. */
async function besideTufJs(): Promise<void> {
  const small = mkdtempSync(join(tmpdir(), 'bench-tuf-small-'));
  try {
    const folder = await openStagedFolder(small);
    const wish = { holders, threshold: 2, online, bits: 10, lives, now: Date.now() };
    await createRepository(folder, { ...wish, targets: targets(5_000) });
    const [first, second, third] = [
      await refreshed(folder),
      await refreshed(folder),
      await refreshed(folder),
    ];
    const ours = atRank(
      [first, second, third].map(({ milliseconds }) => milliseconds),
      0.5,
    );
    const times: number[] = [];
    for (let round = 0; round < 3; round++) times.push(await refreshWithTufJs(small));
    tell(
      'refresh with a 1,024-bin snapshot: ours from disk, tuf-js over loopback, median of 3',
      `${ours} ms, ${atRank(times, 0.5)} ms`,
      '-',
    );
  } finally {
    rmSync(small, { recursive: true, force: true });
  }
}

/** The client of the conformance suite, as it is started for each of its steps. */
function tellStart(): void {
  const state = mkdtempSync(join(tmpdir(), 'bench-tuf-start-'));
  const program = join(import.meta.dirname, '..', 'test', 'conformance', 'tuf-client');
  const times: number[] = [];
  try {
    for (let round = 0; round < 11; round++) {
      const words = ['--metadata-dir', state, 'init', join(ground, '1.root.json')];
      const start = performance.now();
      execFileSync(program, words, { stdio: 'ignore' });
      if (round > 0) times.push(performance.now() - start);
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
  tell('start of test/conformance/tuf-client, median of 10', `${atRank(times, 0.5)} ms`, '150 ms');
}

const ground = mkdtempSync(join(tmpdir(), 'bench-tuf-'));
try {
  const count = values.million === true ? 1_000_000 : 20_000;
  const folder = await openStagedFolder(ground);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const wish = { holders, threshold: 2, online, bits: 14, lives, now: Date.now() };
  await createRepository(folder, { ...wish, targets: targets(count) });
  const { user, system } = process.cpuUsage(cpu);
  const ours = (user + system) / 1e6;
  const seconds = ours.toFixed(1);
  const wall = ((performance.now() - begin) / 1000).toFixed(1);
  tell(
    `${count.toLocaleString('en')} targets in 16,384 bins signed from nothing, each file synced`,
    `${seconds} s CPU, ${wall} s`,
    values.peers === true ? 'below' : count === 1_000_000 ? '17.1 s CPU' : '-',
  );
  const python = values.peers === true ? pythonTuf() : null;
  if (values.peers === true && python === null)
    console.log('python-tuf: skipped, it cannot be installed here');
  if (python !== null) {
    const theirs = python.sign(count, 14, true);
    tell(
      'the same by python-tuf 7.0.1, in the same run',
      `${theirs.toFixed(1)} s CPU: ours is ${(ours / theirs).toFixed(2)} of it`,
      '0.9',
    );
  }

  if (python !== null) {
    // Of what the disk's driver needs in the kernel, neither program can save anything.
    const { cpu: spent } = await timed(async () =>
      createRepository(NOWHERE, { ...wish, targets: targets(count) }),
    );
    const theirs = python.sign(count, 14, false);
    tell(
      'the same signed and not written: ours, python-tuf',
      `${(spent / 1000).toFixed(1)} s CPU, ${theirs.toFixed(1)} s CPU: ours is ${(spent / 1000 / theirs).toFixed(2)} of it`,
      '0.9',
    );
  }

  const loads: number[] = [];
  const loadCpu: number[] = [];
  for (let round = 0; round < 9; round++) {
    const { milliseconds, cpu: spent } = await refreshed(folder);
    loads.push(milliseconds);
    loadCpu.push(spent);
  }
  tell(
    'client refresh with a 16,384-bin snapshot from disk, median of 9',
    `${atRank(loads, 0.5)} ms; ${atRank(loadCpu, 0.5)} ms CPU`,
    '100 ms',
  );
  if (python !== null)
    tell(
      'the same snapshot parsed and verified by python-tuf, median of 9',
      `${python.load(ground).toFixed(1)} ms CPU`,
      '-',
    );

  const writer = await RepositoryWriter.open(folder, lives);
  const uploads: number[] = [];
  const uploadCpu: number[] = [];
  for (let place = 0; place < 200; place++) {
    const change = targetAt(count + place);
    const { milliseconds, cpu: spent } = await timed(async () =>
      writer.publish([change], online, Date.now()),
    );
    uploads.push(milliseconds);
    uploadCpu.push(spent);
  }
  tell(
    'one upload published into it, with fsync, 200 times',
    `p50 ${atRank(uploads, 0.5)} ms, p99 ${atRank(uploads, 0.99)} ms; ${atRank(uploadCpu, 0.5)} ms CPU`,
    'p99 50 ms',
  );

  const { path } = targetAt(count + 199);
  const large = Object.fromEntries(
    [...targets(28_000)].map((one) => [
      one.path,
      { hashes: { sha256: one.target.sha256 }, length: one.target.length },
    ]),
  );
  const signed = JSON.stringify({
    _type: 'targets',
    expires: '2100-01-01T00:00:00Z',
    spec_version: '1.0.31',
    targets: large,
    version: 1,
  });
  const sig = Buffer.from(await stranger.sign(Buffer.from(signed))).toString('hex');
  const genuine = Buffer.from((await folder.read('1.bin-0000.json')) ?? []).toString();
  const keyid = /"keyid":"([0-9a-f]{64})"/u.exec(genuine)?.[1] ?? '';
  const bytes = Buffer.from(
    `{"signatures":[{"keyid":"${keyid}","sig":"${sig}"}],"signed":${signed}}`,
  );
  const lying = {
    ...folder,
    read: async (file: string) => (/\.bin-/u.test(file) ? bytes : await folder.read(file)),
  };
  const { client } = await refreshed(lying);
  let refused = 'accepted';
  const { milliseconds, cpu: spent } = await timed(async () => {
    await client.findTarget(path).catch((error: unknown) => {
      refused = error instanceof Error ? error.message : String(error);
    });
  });
  tell(
    `a bin of ${(bytes.length / 1e6).toFixed(1)} MB signed by a stranger; refused: ${refused.slice(0, 100)}`,
    `${milliseconds.toFixed(1)} ms; ${spent.toFixed(1)} ms CPU`,
    '200 ms',
  );
  if (values.peers === true) await besideTufJs();
  tellStart();
  for (const { what, raw, zipped, wanted } of refreshBytes())
    tell(
      `bytes to be up to date and know one project: ${what}`,
      `${kilo(raw)}, gzip ${kilo(zipped)}`,
      kilo(wanted),
    );
} finally {
  rmSync(ground, { recursive: true, force: true });
}

if (values.write === true) {
  const page = join(import.meta.dirname, '..', 'docs', 'benchmarks.md');
  const [head = '', rest = ''] = readFileSync(page, 'utf8').split('<!-- bench/tuf.ts: begin -->');
  const after = rest.split('<!-- bench/tuf.ts: end -->')[1] ?? '';
  const table = ['| what | found | bound |', '| --- | --- | --- |', ...rows].join('\n');
  writeFileSync(
    page,
    `${head}<!-- bench/tuf.ts: begin -->\n\n${table}\n\n<!-- bench/tuf.ts: end -->${after}`,
  );
}
