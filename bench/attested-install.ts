// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { makeProgram } from '../test/attacks/program.ts';
import { openEnvironment } from '../test/world/environments.ts';
import { provenance, publishAttested } from '../test/world/integrity-api.ts';
import { openSigstore } from '../test/world/sigstore/sigstore.ts';
import { makeWheel } from '../test/world/wheel.ts';
import { openWorld } from '../test/world/world.ts';
import { measure } from './race.ts';
import { openStage } from './stage.ts';

/**
 * `node bench/attested-install.ts`: what verifying costs an install of 100 attested files by the
 * real uv. The same install, wheelproof in front of it and the attestations fetched, once with
 * nothing proved and once with all of it, in turn; cold: a new home, warm: that of the round before.
 */
const FILES = 100;
const ROUNDS = Number(process.argv[2] ?? 5);

type Lane = 'unproved' | 'proved' | 'unproved, warm' | 'proved, warm';
const LANES: readonly Lane[] = ['unproved', 'proved', 'unproved, warm', 'proved, warm'];

interface Taken {
  readonly wall: number;
  /** Of wheelproof's own process, all threads; milliseconds. */
  readonly cpu: number;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const folder = mkdtempSync(path.join(tmpdir(), 'wheelproof-bench-'));
await using world = await openWorld();
await using environment = await openEnvironment(world, 'uv');
try {
  using stage = await openStage();
  const { rewired } = await makeProgram();
  const sigstore = openSigstore();
  writeFileSync(path.join(folder, 'root.json'), sigstore.trustedRoot());
  const names = Array.from({ length: FILES }, (_, number) => `made-${number}`);
  for (const name of names) {
    const file = makeWheel({ name, version: '1.0' });
    publishAttested(world, file, provenance([sigstore.attest(file)]));
    Object.assign(world.project(name), { apiVersion: '1.3', forms: ['json'] });
  }
  const run = async (lane: Lane): Promise<Taken> => {
    const [judge, warm] = lane.split(', ');
    const home = path.join(folder, `home-${judge ?? ''}`);
    if (warm === undefined) rmSync(home, { recursive: true, force: true });
    await environment.renewTarget();
    const xdg = ['CONFIG', 'CACHE', 'DATA', 'STATE'].map((word): [string, string] => [
      `XDG_${word}_HOME`,
      path.join(home, word.toLowerCase()),
    ]);
    const words = ['uv', 'pip', 'install', '--no-cache', '--index-url', world.index, ...names];
    const wiring = judge === 'unproved' ? 'without:proving' : 'as shipped';
    const command = [process.execPath, rewired, wiring, path.join(folder, 'root.json')];
    const variables = { ...environment.variables, ...Object.fromEntries(xdg) };
    const { seconds, own } = await measure(stage, [...command, ...words], variables);
    return { wall: seconds * 1000, cpu: own * 1000 };
  };
  const taken = new Map<Lane, Taken[]>(LANES.map((lane) => [lane, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const lane of LANES) {
      const one = await run(lane);
      if (round > 0) taken.get(lane)?.push(one);
    }
  }
  const listOf = (lane: Lane, of: keyof Taken): readonly number[] =>
    (taken.get(lane) ?? []).map((one) => one[of]);
  const moreOf = (one: Lane, other: Lane, of: keyof Taken): string =>
    median(
      listOf(one, of).map((value, at) => value - (listOf(other, of)[at] ?? Number.NaN)),
    ).toFixed(0);
  for (const lane of LANES) {
    const [wall, cpu] = [median(listOf(lane, 'wall')), median(listOf(lane, 'cpu'))];
    process.stdout.write(
      `${lane.padEnd(15)} median ${wall.toFixed(0)} ms, ${cpu.toFixed(0)} ms of processor time\n`,
    );
  }
  for (const [one, other, most] of [
    ['proved', 'unproved', 500],
    ['proved, warm', 'unproved, warm', 50],
  ] as const) {
    process.stdout.write(
      `${one}: median of ${ROUNDS} pairs ${moreOf(one, other, 'wall')} ms more than ${other} (at most ${most} ms), ` +
        `${moreOf(one, other, 'cpu')} ms more of processor time\n`,
    );
  }
  const load = (loadavg()[0] ?? 0).toFixed(1);
  process.stdout.write(`${availableParallelism()} cores, load average ${load} at the end\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
