// SPDX-License-Identifier: Apache-2.0
/* `npm run bench`: installs beside the plain installers and beside other proxies. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { newest } from '../test/world/installer-versions.ts';
import { CASES, type Case } from './cases.ts';
import { openCollection, type Collection } from './collection.ts';
import { plainLane, wheelproofLane, type Track } from './lane.ts';
import { largeTable } from './large.ts';
import { LARGE_CASE, parseOptions, TUF_CASE, type BenchOptions } from './options.ts';
import { openPeers } from './peers/index.ts';
import { race } from './race.ts';
import { openStage, type Stage } from './stage.ts';
import { markdownOf, tableOf, writePage, type Table } from './table.ts';
import { startUpstream } from './upstream-process.ts';

interface Bench {
  readonly options: BenchOptions;
  readonly stage: Stage;
  readonly collection: Collection;
}

async function runCase(one: Case, { options, stage, collection }: Bench): Promise<Table> {
  const delay = options.delay ?? one.delay;
  await using upstream = await startUpstream(collection, delay);
  const track: Track = { stage, upstream, installer: one.installer };
  const { lanes, absent } = await openPeers(one.peers ? options.peers : [], options.cache, track);
  const all = [
    plainLane(track),
    wheelproofLane(track, 'cold'),
    wheelproofLane(track, 'warm'),
    // What uv does where it is told to keep nothing: all is fetched and unpacked each time.
    ...(one.installer === 'uv'
      ? [
          wheelproofLane(track, 'cold', { isCacheless: true }),
          wheelproofLane(track, 'warm', { isCacheless: true }),
        ]
      : []),
    ...lanes,
  ];
  try {
    const run = await race(stage, all, options.runs, (lane) =>
      one.attempt(stage, collection, lane),
    );
    await tellMissing(upstream.files);
    const title = one.title.replace('FILES', String(collection.files));
    const rows = { rows: run.rows, absent: [...absent, ...run.absent] };
    return tableOf(`${title}; ${delay} ms`, rows, options.delay === null ? one.bounds : []);
  } finally {
    await Promise.all(all.map((lane) => lane.close()));
  }
}

/** A file that was asked for and not collected would make the comparison false. */
async function tellMissing(files: string): Promise<void> {
  const seen = spawnSync('curl', ['-sk', `${files}/counts`], { encoding: 'utf8' });
  if (seen.status === 0) process.stderr.write(`  upstream saw ${seen.stdout.slice(0, 600)}\n`);
}

function introduction({ collection, options }: Bench): string {
  const [processor] = cpus();
  return [
    `pip ${newest('pip')}, uv ${newest('uv')}, Node ${process.versions.node}; ${availableParallelism()} cores (${processor?.model.trim() ?? 'unknown'}); ${options.runs} counted rounds, all lanes in turn; load average at the end ${(loadavg()[0] ?? 0).toFixed(1)}.`,
    `The upstream serves ${collection.files} real files (${collection.megabytes.toFixed(0)} MB) and the real pages of their projects.`,
  ].join('\n');
}

/** The signed repository, beside python-tuf and tuf-js. */
function runTuf({ peers, write }: BenchOptions): void {
  const words = [
    '--million',
    ...(peers.length > 0 ? ['--peers'] : []),
    ...(write ? ['--write'] : []),
  ];
  const program = join(import.meta.dirname, 'tuf.ts');
  const { status } = spawnSync(process.execPath, [program, ...words], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) return;
  if (options.only.includes(TUF_CASE)) runTuf(options);
  if (options.only.every((name) => name === TUF_CASE)) return;
  mkdirSync(options.cache, { recursive: true });
  using stage = await openStage();
  const python = join(stage.pipEnvironment, 'bin', 'python');
  const bench = { options, stage, collection: await openCollection(options.cache, python) };
  // Builds what is not built; not to be timed.
  spawnSync(join(import.meta.dirname, '..', 'wheelproof'), ['--version'], { stdio: 'ignore' });
  const tables: Table[] = [];
  const show = (table: Table): void => {
    tables.push(table);
    console.log(markdownOf(table));
  };
  for (const one of CASES) if (options.only.includes(one.name)) show(await runCase(one, bench));
  if (options.only.includes(LARGE_CASE)) show(await largeTable(bench));
  if (options.write)
    await writePage([introduction(bench), '', ...tables.map(markdownOf)].join('\n'));
  const missed = tables.flatMap((table) => table.missed);
  for (const sentence of missed) console.log(`MISSED: ${sentence}`);
  if (options.check && missed.length > 0) process.exitCode = 1;
}

await main();
