// SPDX-License-Identifier: Apache-2.0
/*
 * `node bench/tuf.ts [--million] [--write]`: what signing and reading a TUF repository cost.
 * `--million` adds a repository of a million targets, signed from nothing, and one upload into it.
 */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Signer } from '../src/core/tuf-repository.ts';
import { openStagedFolder } from '../src/storage/index.ts';
import { createRepository, PROFILES, RepositoryWriter, TufClient } from '../src/tuf/index.ts';

const { values } = parseArgs({
  options: { million: { type: 'boolean' }, write: { type: 'boolean' } },
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

const ground = mkdtempSync(join(tmpdir(), 'bench-tuf-'));
try {
  const count = values.million === true ? 1_000_000 : 20_000;
  const folder = await openStagedFolder(ground);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const wish = { holders, threshold: 2, online, bits: 14, lives, now: Date.now() };
  await createRepository(folder, { ...wish, targets: targets(count) });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = ((user + system) / 1e6).toFixed(1);
  const wall = ((performance.now() - begin) / 1000).toFixed(1);
  tell(
    `${count.toLocaleString('en')} targets in 16,384 bins signed from nothing, each file synced`,
    `${seconds} s CPU, ${wall} s`,
    count === 1_000_000 ? '17.1 s CPU' : '-',
  );

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
    `a bin of ${(bytes.length / 1e6).toFixed(1)} MB signed by a stranger, refused (${refused.slice(9, 60)})`,
    `${milliseconds.toFixed(1)} ms; ${spent.toFixed(1)} ms CPU`,
    '200 ms',
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
