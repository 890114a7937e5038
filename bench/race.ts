// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../test/world/programs.ts';
import type { Absent, Lane } from './lane.ts';
import type { Stage } from './stage.ts';

/** What one run took, in seconds; `own` is the started process's processor time, without children. */
export interface Taken {
  readonly seconds: number;
  /** Until the line that ends the phase (`Attempt.until`); `null` where there was none. */
  readonly phase: number | null;
  readonly own: number;
  readonly children: number;
}

export interface Row {
  readonly name: string;
  /** Of the phase where one is looked at. */
  readonly seconds: number;
  /** The median of the pairs' ratios to the first lane's run of the same round. */
  readonly ratio: number;
  /** From the start to the end, where `seconds` is of a phase; else `null`. */
  readonly whole: { readonly seconds: number; readonly ratio: number } | null;
  readonly own: number;
  readonly runs: number;
}

/** What is typed in one run of one lane; `done` removes what it left. */
export interface Attempt {
  readonly words: readonly string[];
  /** A regular expression: the last line of output that it is found in ends what is compared. */
  readonly until?: string;
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
        process.stderr.write(`  ${lane.name}: ${shown(one)}\n`);
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
    const { until } = one;
    const options = until === undefined ? {} : { until };
    const taken = await measure(stage, lane.call(one.words), lane.variables(), options);
    if (until !== undefined && taken.phase === null) throw new Error(`it never said ${until}`);
    return taken;
  } finally {
    one.done();
  }
}

function shown({ seconds, phase }: Taken): string {
  const whole = `${seconds.toFixed(2)} s`;
  return phase === null ? whole : `${phase.toFixed(2)} s of ${whole}`;
}

export interface MeasureOptions {
  /** The exit code that is right. */
  readonly expected?: number;
  /** {@link Attempt.until} */
  readonly until?: string;
}

/** One command through bench/timed.py. @throws Error with the command's last words where it fails */
export async function measure(
  stage: Stage,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  { expected = 0, until = '' }: MeasureOptions = {},
): Promise<Taken> {
  const result = stage.newPath('result');
  const log = stage.newPath('log');
  const directory = stage.newPath('work');
  mkdirSync(directory);
  const timed = join(import.meta.dirname, 'timed.py');
  const python = join(stage.pipEnvironment, 'bin', 'python');
  const command = [python, '-I', timed, result, log, until, ...words];
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
  const of = (time: (one: Taken) => number): { seconds: number; ratio: number } => ({
    seconds: median(list.map(time)),
    ratio: median(list.map((one, at) => time(one) / besides(base[at], time))),
  });
  const whole = of(({ seconds }) => seconds);
  const isPhase = list.every(({ phase }) => phase !== null);
  return {
    name,
    ...of(({ phase, seconds }) => phase ?? seconds),
    whole: isPhase ? whole : null,
    own: median(list.map(({ own }) => own)),
    runs: list.length,
  };
}

function besides(one: Taken | undefined, time: (one: Taken) => number): number {
  return one === undefined ? Number.NaN : time(one);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
