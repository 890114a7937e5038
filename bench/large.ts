// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from './collection.ts';
import { plainLane, wheelproofLane, type Lane, type Track } from './lane.ts';
import { measure, median } from './race.ts';
import type { Stage } from './stage.ts';
import { judge, type Table } from './table.ts';
import { startUpstream } from './upstream-process.ts';

const MEBIBYTES = 219;
const FIRST_BYTE_MS = 20;
const CPU_PER_GB = 4;
/** wheelproof's exit code when evidence failed. */
const REFUSED = 10;

interface Noted {
  /** Seconds from the request to the first byte of the answer's body. */
  readonly first: number;
  readonly length: number;
  readonly received: number;
}

interface Seen extends Noted {
  readonly seconds: number;
  readonly own: number;
}

/** One generated wheel of 230 MB through pip, and its twin whose declared digest is wrong. */
export async function largeTable(bench: {
  readonly stage: Stage;
  readonly collection: Collection;
  readonly options: { readonly runs: number; readonly delay: number | null };
}): Promise<Table> {
  const { stage, collection, options } = bench;
  await using upstream = await startUpstream(collection, options.delay ?? 0, MEBIBYTES);
  const track: Track = { stage, upstream, installer: 'pip' };
  const client = await openClient(stage);
  const lanes = [plainLane(track), wheelproofLane(track, 'cold'), wheelproofLane(track, 'warm')];
  const seen = new Map<string, Seen[]>(lanes.map(({ name }) => [name, []]));
  for (let round = 0; round <= options.runs; round += 1)
    for (const lane of lanes) {
      const one = await client(lane, 'big', 0);
      process.stderr.write(`  ${lane.name}: ${one.seconds.toFixed(2)} s\n`);
      if (round > 0) seen.get(lane.name)?.push(one);
    }
  const bad = await client(wheelproofLane(track, 'cold'), 'bad', REFUSED);
  return compose(seen, bad, options.delay ?? 0);
}

/** A pip whose reads are noted (first_byte.py). */
async function openClient(stage: Stage) {
  const environment = await stage.newTarget('pip');
  const output = stage.newPath('noted');
  const [python = ''] = readdirSync(join(environment, 'lib'));
  const packages = join(environment, 'lib', python, 'site-packages');
  const watch = readFileSync(join(import.meta.dirname, 'first_byte.py'), 'utf8');
  writeFileSync(join(packages, 'first_byte.py'), watch.replace('@OUTPUT@', output));
  writeFileSync(join(packages, 'first_byte.pth'), 'import first_byte\n');
  const pip = join(environment, 'bin', 'pip');
  return async (lane: Lane, project: string, exit: number): Promise<Seen> => {
    await lane.ready();
    rmSync(output, { force: true });
    const folder = stage.newPath('downloads');
    const words = [pip, 'download', '-q', '--no-cache-dir', '--no-deps', '-d', folder];
    const where = ['-i', lane.index(), project];
    const call = lane.call([...words, ...where]);
    const { seconds, own } = await measure(stage, call, lane.variables(), { expected: exit });
    rmSync(folder, { recursive: true, force: true });
    return { seconds, own, ...readNoted(output) };
  };
}

/** Nothing is noted where the refusal came before the first byte. */
function readNoted(output: string): Noted {
  if (!existsSync(output)) return { first: NaN, length: 0, received: 0 };
  return JSON.parse(readFileSync(output, 'utf8'));
}

function held({ received, length }: Noted): string {
  if (received === 0) return 'pip got nothing but the refusal';
  return `pip got ${received} of ${length} bytes (${length - received} held back), then the refusal`;
}

function compose(seen: ReadonlyMap<string, readonly Seen[]>, bad: Seen, delay: number): Table {
  const missed: string[] = [];
  const check = (what: string, value: number, most: number): string => {
    const verdict = judge(value, most);
    if (verdict === 'MISSED') missed.push(`230 MB: ${what} ${value.toFixed(1)} over ${most}`);
    return `≤ ${most}: ${verdict}`;
  };
  const lines = [...seen].map(([name, list]) => {
    const first = median(list.map((one) => one.first * 1000));
    const perGigabyte = median(list.map((one) => one.own / (one.length / 1e9)));
    const bound = name === 'wheelproof cold';
    return [
      name,
      `${median(list.map(({ seconds }) => seconds)).toFixed(2)} s`,
      `${first.toFixed(1)} ms`,
      bound ? check('first byte, ms', first, FIRST_BYTE_MS) : '',
      `${perGigabyte.toFixed(2)} s`,
      bound ? check('CPU seconds per GB', perGigabyte, CPU_PER_GB) : '',
    ];
  });
  const whole = bad.received > 0 && bad.received >= bad.length;
  if (whole) missed.push('230 MB: the twin with a wrong digest arrived whole');
  return {
    title: `One file of 230 MB, \`pip download\`; ${delay} ms. Verified before its last byte: of the twin whose declared digest is wrong, ${held(bad)}`,
    head: ['', 'median', 'first byte', 'bound', 'own CPU per GB', 'bound'],
    lines,
    missed,
  };
}
