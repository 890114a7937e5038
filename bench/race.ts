// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../test/world/programs.ts';
import type { Absent, Lane } from './lane.ts';
import type { Stage } from './stage.ts';

/** What one run took, in seconds; `own` is the started process's processor time, without children. */
export interface Taken {
  readonly seconds: number;
  readonly own: number;
  readonly children: number;
}

export interface Row {
  readonly name: string;
  readonly seconds: number;
  /** The median of the pairs' ratios to the first lane's run of the same round. */
  readonly ratio: number;
  readonly own: number;
  readonly runs: number;
}

/** What is typed in one run of one lane; `done` removes what it left. */
export interface Attempt {
  readonly words: readonly string[];
  done(): void;
}

/**
 * Runs all lanes in turn, round by round: a machine that slows down slows all of them. One round
 * before counts for nothing but fills what is warm.
 */
export async function race(
  stage: Stage,
  lanes: readonly Lane[],
  runs: number,
  attempt: (lane: Lane) => Promise<Attempt>,
): Promise<{ readonly rows: readonly Row[]; readonly absent: readonly Absent[] }> {
  const taken = new Map<Lane, Taken[]>(lanes.map((lane) => [lane, []]));
  const absent: Absent[] = [];
  for (let round = 0; round <= runs; round += 1) {
    for (const lane of taken.keys()) {
      try {
        const one = await once(stage, lane, attempt);
        if (round > 0) taken.get(lane)?.push(one);
        process.stderr.write(`  ${lane.name}: ${one.seconds.toFixed(2)} s\n`);
      } catch (error) {
        // Ours and the plain installer must not fail; a peer's failure is told in its row.
        if (/^(?:plain|wheelproof) /u.test(lane.name)) throw error;
        taken.delete(lane);
        const reason = error instanceof Error ? error.message : String(error);
        process.stderr.write(`  ${lane.name} cannot take part: ${reason}\n`);
        absent.push({ name: lane.name, reason });
      }
    }
  }
  const base = [...taken.values()][0] ?? [];
  return { rows: [...taken].map(([lane, list]) => rowOf(lane.name, list, base)), absent };
}

async function once(
  stage: Stage,
  lane: Lane,
  attempt: (lane: Lane) => Promise<Attempt>,
): Promise<Taken> {
  await lane.ready();
  const one = await attempt(lane);
  try {
    return await measure(stage, lane.call(one.words), lane.variables());
  } finally {
    one.done();
  }
}

/** One command through bench/timed.py. @throws Error with the command's last words where it fails */
export async function measure(
  stage: Stage,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  expected = 0,
): Promise<Taken> {
  const result = stage.newPath('result');
  const log = stage.newPath('log');
  const directory = stage.newPath('work');
  mkdirSync(directory);
  const timed = join(import.meta.dirname, 'timed.py');
  const python = join(stage.pipEnvironment, 'bin', 'python');
  const command = [python, '-I', timed, result, log, ...words];
  const ended = await runProgram(command, { environment, directory, patience: 600_000 });
  if (ended.exit !== 0) throw new Error(`not measured: ${ended.stderr.slice(-300)}`);
  const told: Taken & { readonly exit: number } = JSON.parse(readFileSync(result, 'utf8'));
  const { exit, ...taken } = told;
  const said = readFileSync(log, 'utf8');
  for (const path of [result, log, directory]) rmSync(path, { recursive: true, force: true });
  if (exit === expected) return taken;
  throw new Error(
    `it ended with ${exit}: ${said.trim().split('\n').slice(-4).join(' ').slice(-400)}`,
  );
}

function rowOf(name: string, list: readonly Taken[], base: readonly Taken[]): Row {
  return {
    name,
    seconds: median(list.map(({ seconds }) => seconds)),
    ratio: median(list.map(({ seconds }, at) => seconds / (base[at]?.seconds ?? Number.NaN))),
    own: median(list.map(({ own }) => own)),
    runs: list.length,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
