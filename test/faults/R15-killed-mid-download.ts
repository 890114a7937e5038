// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MIB } from '../../src/core/limits.ts';
import type { Hook } from '../world/host.ts';
import { killGroup } from '../world/programs.ts';
import type { BuiltFile } from '../world/wheel.ts';
import { FILES } from '../world/world.ts';
import type { Fault, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeHandedOut, judgeNextRun, judgeStore } from './invariants.ts';
import { KILLED_AT_EACH_WRITE } from './R15-killed-at-each-write.ts';
import { noise } from './R05-full-disk.ts';

const GONE_WITHIN_MS = 60_000;

/** Sends this many bytes, then does something, then (where nobody was killed) the rest. */
function sendAndThen(file: BuiltFile, after: number, then: () => void): Hook {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': file.bytes.length });
    response.write(file.bytes.subarray(0, after), () => setTimeout(then, 100));
  };
}

/** kill -9 of the gate alone, with part of the file here and part of it with the installer. */
async function killGate(ground: Ground, mebibytes: number, share: number): Promise<Played> {
  const files = { 'big/x.txt': noise(mebibytes * MIB) };
  const big = ground.publish({ name: 'big', version: '1.0', files });
  const started: ChildProcess[] = [];
  const host = ground.world.host(FILES);
  const path = `/packages/${big.filename}`;
  const part = Math.floor(big.bytes.length * share);
  host.hooks.set(
    path,
    sendAndThen(big, part, () => started[0]?.kill('SIGKILL')),
  );
  const run = await ground.download(['big'], { watch: (child) => started.push(child) });
  for (const child of started) killGroup(child);
  const faults = judgeHandedOut(run, [big]);
  if (run.exit !== null) faults.push(`exit ${run.exit}, although the gate was killed`);
  if (run.got.size > 0) faults.push('a file landed although the gate was killed');
  const drafts = await readdir(join(ground.data, 'blobs', 'drafts'));
  if (drafts.length === 0) faults.push('nothing was on its way: the kill came too early');
  const store = await judgeStore(ground.data, new Map());
  faults.push(...store.faults);
  if (store.remembered.size > 0) faults.push('a file that never came is remembered');
  host.hooks.clear();
  const began = performance.now();
  faults.push(...(await judgeNextRun(ground, ['big'], [big])));
  const milliseconds = performance.now() - began;
  if (milliseconds > GONE_WITHIN_MS) faults.push(`leftovers were there for ${milliseconds} ms`);
  const seconds = (milliseconds / 1000).toFixed(1);
  return { faults, figure: `leftovers gone and file whole in the next run, ${seconds} s` };
}

/** The upstream breaks off at a share of the file, twice; the third answer is whole. */
async function cutUpstream(ground: Ground): Promise<Played> {
  const files = { 'big/x.txt': noise(33 * MIB) };
  const big = ground.publish({ name: 'big', version: '1.0', files });
  const host = ground.world.host(FILES);
  const path = `/packages/${big.filename}`;
  host.hooks.set(path, (_request, response, count) => {
    response.writeHead(200, { 'content-length': big.bytes.length });
    if (count > 2) {
      response.end(big.bytes);
      return;
    }
    const part = big.bytes.subarray(0, Math.floor((big.bytes.length * count) / 3));
    response.write(part, () => setTimeout(() => response.destroy(), 50));
  });
  const run = await ground.download(['big']);
  const faults = judgeHandedOut(run, [big]);
  if (run.exit !== 0) faults.push(`exit ${String(run.exit)}: ${run.stderr}`);
  const asked = host.seen.filter((seen) => seen.path === path).length;
  if (asked !== 3) faults.push(`asked ${asked} times, expected 3`);
  faults.push(...(await judgeStore(ground.data, new Map())).faults);
  return { faults, figure: 'whole after 2 cuts, the client saw one answer' };
}

export const R15: Fault = {
  id: 'R15',
  title: 'killed in the middle of a download',
  forms: [
    {
      name: 'kill -9 while the file is held',
      quick: true,
      play: (ground) => killGate(ground, 4, 0.5),
    },
    { name: 'kill -9 while the file streams', play: (ground) => killGate(ground, 40, 0.9) },
    { name: 'upstream cut twice', network: true, play: cutUpstream },
    KILLED_AT_EACH_WRITE,
  ],
};
