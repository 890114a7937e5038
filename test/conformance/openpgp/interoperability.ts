// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainAccepted, explainRefused } from './explanations.ts';

/*
 * The OpenPGP interoperability test suite (Sequoia's), run against `test/conformance/sop`. It is
 * another program, under another licence: somebody's checkout of it, built there by cargo.
 */

const NAME = 'openpgp-interoperability-test-suite';
const SOP = join(import.meta.dirname, '..', 'sop');

/** One thing that was put before us, and before sqop. */
export interface Vector {
  readonly test: string;
  readonly vector: string;
  /** What the suite expects; `null`: it only asks. */
  readonly expected: 'accept' | 'refuse' | null;
  /** `unasked`: it needs a subcommand that signs, encrypts or decrypts. */
  readonly ours: 'accept' | 'refuse' | 'unasked';
  /** `null`: it is not installed here. */
  readonly sqop: 'accept' | 'refuse' | null;
  /** What we wrote to standard error. */
  readonly said: string;
}

export interface SuiteRun {
  readonly vectors: readonly Vector[];
  readonly commit: string;
  readonly hasSqop: boolean;
}

/** @param checkout the suite's own folder. */
export function runInteroperability(checkout: string, say: (line: string) => void): SuiteRun {
  const program = programIn(checkout, say);
  const hasSqop = spawnSync('sqop', ['version']).status === 0;
  const folder = mkdtempSync(join(tmpdir(), 'wheelproof-interoperability-'));
  try {
    const results = join(folder, 'results.json');
    const config = join(folder, 'config.json');
    const sqop = hasSqop ? [{ path: 'sqop' }] : [];
    writeFileSync(config, JSON.stringify({ drivers: [{ path: SOP }, ...sqop], rlimits: {} }));
    execFileSync(program, ['--config', config, '--json-out', results], {
      cwd: checkout,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const read: unknown = JSON.parse(readFileSync(results, 'utf8'));
    return { vectors: [...vectorsOf(read)], commit: commitOf(checkout), hasSqop };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TEXT = { encoding: 'utf8' } as const;

function programIn(checkout: string, say: (line: string) => void): string {
  const places = ['release', 'debug'].map((kind) => join(checkout, 'target', kind, NAME));
  const built = places.find((place) => existsSync(place));
  if (built !== undefined) return built;
  say('OpenPGP interoperability suite: building it with cargo, some minutes');
  execFileSync('cargo', ['build', '--release', '--locked'], {
    cwd: checkout,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return places[0] ?? '';
}

function commitOf(checkout: string): string {
  const words = ['-C', checkout, 'log', '-1', '--format=%h of %cs'];
  const { status, stdout } = spawnSync('git', words, TEXT);
  return status === 0 ? stdout.trim() : 'an unknown commit';
}

function* vectorsOf(read: unknown): Generator<Vector> {
  for (const section of listIn(read, 'results')) {
    const [, tests] = Array.isArray(section) ? (section as readonly unknown[]) : [];
    for (const test of Array.isArray(tests) ? (tests as readonly unknown[]) : []) {
      for (const row of listIn(test, 'results')) {
        const of = (start: string): unknown =>
          listIn(row, 'results').find((one) => textIn(one, 'producer').startsWith(start));
        const [ours, sqop] = [of('wheelproof'), of('Sequoia')];
        if (ours === undefined) continue;
        const expectation = memberOf(row, 'expectation');
        yield {
          test: textIn(test, 'title'),
          vector: textIn(memberOf(row, 'artifact'), 'producer'),
          expected:
            memberOf(expectation, 'Ok') !== undefined ? 'accept' : expectedRefusal(expectation),
          ours: textIn(ours, 'score') === 'Unsupported' ? 'unasked' : verdictOf(ours),
          sqop: sqop === undefined ? null : verdictOf(sqop),
          said: saidIn(textIn(ours, 'error')),
        };
      }
    }
  }
}

function expectedRefusal(expectation: unknown): 'refuse' | null {
  return memberOf(expectation, 'Err') !== undefined ? 'refuse' : null;
}

const verdictOf = (result: unknown): 'accept' | 'refuse' =>
  textIn(result, 'error') === '' ? 'accept' : 'refuse';

/** What the suite wraps round standard error is its own. */
function saidIn(error: string): string {
  const [, text = ''] = error.split('stderr:');
  return text.replaceAll('~~~snip~~~', '').split('because:')[0]?.trim() ?? '';
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textIn(value: unknown, key: string): string {
  const found = memberOf(value, key);
  return typeof found === 'string' ? found : '';
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const found = memberOf(value, key);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** What a run comes to, for the page; `amiss` must be empty. */
export function describeRun({ vectors, commit, hasSqop }: SuiteRun): {
  readonly said: string;
  readonly text: string;
  readonly amiss: readonly string[];
} {
  const asked = vectors.filter(({ ours }) => ours !== 'unasked');
  const count = (expected: Vector['expected'], ours: Vector['ours']): number =>
    asked.filter((one) => one.expected === expected && one.ours === ours).length;
  const nameOf = ({ test, vector, said }: Vector): string => `${test}: ${vector} (${said})`;
  const falseAccepts = asked.filter((one) => one.expected === 'refuse' && one.ours === 'accept');
  const refused = group(
    asked.filter((one) => one.expected === 'accept' && one.ours === 'refuse'),
    explainRefused,
  );
  const laxer = group(
    asked.filter((one) => one.expected === null && one.ours === 'accept' && one.sqop === 'refuse'),
    explainAccepted,
  );
  const said = `${asked.length} vectors asked for a verification: ${falseAccepts.length} false accepts of ${count('refuse', 'accept') + count('refuse', 'refuse')} that must be refused; ${count('accept', 'accept')} taken of ${count('accept', 'accept') + count('accept', 'refuse')} that should be, the others explained below.`;
  const amiss = [
    ...(asked.length < 100 ? [`only ${asked.length} vectors asked for a verification`] : []),
    ...falseAccepts.map((one) => `false accept: ${nameOf(one)}`),
    ...[...refused.unexplained, ...laxer.unexplained].map(
      (one) => `nobody knows why: ${nameOf(one)}`,
    ),
  ];
  const text = [
    `The suite at ${commit}, ${hasSqop ? 'beside sqop' : 'without sqop, which is not installed here'}. Of its ${vectors.length} vectors, ${said} The other ${vectors.length - asked.length} need subcommands that sign, encrypt or decrypt. Of ${count(null, 'accept') + count(null, 'refuse')} it only asks what we do.`,
    'Refused, and should be taken:',
    tableOf(refused.rows),
    ...(hasSqop
      ? ['Taken where the suite expects nothing and sqop refuses:', tableOf(laxer.rows)]
      : []),
  ].join('\n\n');
  return { said, text, amiss };
}

interface Row {
  readonly why: string;
  readonly vectors: readonly Vector[];
}

function group(
  vectors: readonly Vector[],
  explain: (vector: Vector) => string | null,
): { readonly rows: readonly Row[]; readonly unexplained: readonly Vector[] } {
  const whys = Map.groupBy(vectors, explain);
  const rows = [...whys].flatMap(([why, found]) => (why === null ? [] : [{ why, vectors: found }]));
  return { rows, unexplained: whys.get(null) ?? [] };
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ why, vectors }) => {
    const tests = [...new Set(vectors.map(({ test }) => test.replaceAll('|', '\\|')))];
    const shown = tests.length > 3 ? [...tests.slice(0, 3), `${tests.length - 3} more`] : tests;
    return `| ${why} | ${vectors.length} | ${shown.join('; ')} |`;
  });
  return ['| why | vectors | tests |', '| --- | --- | --- |', ...lines].join('\n');
}
