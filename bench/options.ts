// SPDX-License-Identifier: Apache-2.0
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';
import { PEERS } from './peers/index.ts';

export interface BenchOptions {
  readonly only: readonly string[];
  readonly runs: number;
  readonly peers: readonly string[];
  /** In place of each case's own round trip. */
  readonly delay: number | null;
  /** Exit 1 where a bound is missed. */
  readonly check: boolean;
  /** Put the tables into docs/benchmarks.md. */
  readonly write: boolean;
  /** Packages of the peers and the collected files; kept between calls. */
  readonly cache: string;
}

export const LARGE_CASE = 'large';
/** A program of its own, with a table of its own: bench/tuf.ts. */
export const TUF_CASE = 'tuf';

const HELP = `npm run bench -- [--only NAME[,NAME]] [--runs N] [--peers none|all|NAME[,NAME]]
                 [--delay MS] [--quick] [--check] [--write]

  --only   ${[...CASES.map(({ name }) => name), LARGE_CASE, TUF_CASE].join(', ')}
  --runs   counted rounds (5); --quick: 2 and no peers
  --peers  ${[...PEERS.keys()].join(', ')}
  --delay  one round trip in ms, in place of each case's own
  --check  exit code 1 where a bound is missed
  --write  put the tables into docs/benchmarks.md`;

/** @returns `null` where only help was wanted */
export function parseOptions(argv: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      runs: { type: 'string' },
      peers: { type: 'string' },
      delay: { type: 'string' },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return null;
  }
  const known = new Set([...CASES.map(({ name }) => name), LARGE_CASE, TUF_CASE]);
  const peers = values.peers ?? (values.quick ? 'none' : 'all');
  return {
    only: named(values.only ?? [...known].join(','), known),
    runs: wholeNumber(values.runs ?? (values.quick ? '2' : '5')),
    peers:
      peers === 'none'
        ? []
        : peers === 'all'
          ? [...PEERS.keys()]
          : named(peers, new Set(PEERS.keys())),
    delay: values.delay === undefined ? null : wholeNumber(values.delay),
    check: values.check,
    write: values.write,
    cache: cacheFolder(),
  };
}

function named(text: string, known: ReadonlySet<string>): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !known.has(name));
  if (wrong === undefined) return names;
  throw new Error(`"${wrong}" is none of ${[...known].join(', ')}`);
}

function wholeNumber(text: string): number {
  if (/^\d{1,4}$/u.test(text)) return Number(text);
  throw new Error(`expected a whole number, found "${text}"`);
}

function cacheFolder(): string {
  const stated = process.env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(stated) ? stated : join(homedir(), '.cache'), 'wheelproof-bench');
}
