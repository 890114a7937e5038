// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Report } from '../../src/core/report.ts';
import { makeProgram } from '../attacks/program.ts';
import { openEnvironment, type Environment } from '../world/environments.ts';
import type { Protocol } from '../world/exchange.ts';
import type { AnyInstaller } from '../world/installer-versions.ts';
import { runProgram, type Ended } from '../world/programs.ts';
import { makeWheel, type BuiltFile, type WheelWish } from '../world/wheel.ts';
import { openWorld, type World } from '../world/world.ts';

/** Where a fault plays: a small internet, a person's machine, and a count of what was let through. */
export interface Ground extends AsyncDisposable {
  readonly world: World;
  readonly environment: Environment;
  /** `$XDG_DATA_HOME/wheelproof`: trust store and blobs. */
  readonly data: string;
  /** Puts a wheel on the honest index. */
  publish(wish: WheelWish): BuiltFile;
  /** The real wrapper before the real installer: installs these into a new target. */
  install(asked: readonly string[], how?: How): Promise<Run>;
  /** As above with `pip download`: what lands are the bytes as they were handed out. */
  download(asked: readonly string[], how?: How): Promise<Run>;
  /** A new user: nothing remembered, nothing stored. */
  forgetAll(): Promise<void>;
  /** A command of ours. */
  command(words: readonly string[], how?: How): Promise<Run>;
}

export interface How {
  /** Words before the command: strace, prlimit, faketime, nsenter. */
  readonly before?: readonly string[];
  /** Our own options. */
  readonly own?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  /** Another index than this world's. */
  readonly index?: string;
  readonly patience?: number;
  readonly watch?: (child: ChildProcess) => void;
}

export interface Run extends Ended {
  readonly report: Report | null;
  /** File names and sha256 of what `download` brought. */
  readonly got: ReadonlyMap<string, string>;
}

/** @param protocol what its index and file hosts speak. */
export async function openGround(
  installer: AnyInstaller,
  protocol: Protocol = 'http/1.1',
): Promise<Ground> {
  const world = await openWorld({ protocol });
  world.reset();
  const environment = await openEnvironment(world, installer);
  const reportFile = join(environment.root, 'report.json');
  const landing = join(environment.root, 'landing');

  const run = async (words: readonly string[], how: How): Promise<Run> => {
    const { main } = await makeProgram();
    await rm(landing, { recursive: true, force: true });
    await rm(reportFile, { force: true });
    await mkdir(landing);
    const line = [
      ...(how.before ?? []),
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      ...(how.nodeOptions ?? []),
      main,
      ...(how.own ?? []),
      ...words,
    ];
    const ended = await runProgram(line, {
      environment: { ...environment.variables, ...how.variables },
      directory: environment.directory,
      patience: how.patience ?? 300_000,
      ...(how.watch === undefined ? {} : { watch: how.watch }),
    });
    const text = await readFile(reportFile, 'utf8').catch(() => '');
    return { ...ended, report: readReport(text), got: await digestsIn(landing) };
  };
  const pip = ['--report', reportFile, 'pip'];
  const starter = installer === 'pip' ? pip : ['--report', reportFile, 'uv', 'pip'];
  return {
    world,
    environment,
    data: join(environment.home, '.local/share/wheelproof'),
    publish(wish) {
      const file = makeWheel(wish);
      world.publish(file);
      return file;
    },
    async install(asked, how = {}) {
      await environment.renewTarget();
      return await run(
        [...starter, 'install', '--index-url', how.index ?? world.index, ...asked],
        how,
      );
    },
    async download(asked, how = {}) {
      const words = ['download', '-q', '-d', landing, '--index-url', how.index ?? world.index];
      return await run([...pip, ...words, ...asked], how);
    },
    forgetAll: async () => {
      await rm(environment.home, { recursive: true, force: true });
      await mkdir(environment.home, { mode: 0o700 });
    },
    command: (words, how = {}) => run(words, how),
    async [Symbol.asyncDispose]() {
      await environment[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

function readReport(text: string): Report | null {
  if (text === '') return null;
  const report: Report = JSON.parse(text);
  return report;
}

async function digestsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of await readdir(folder)) {
    found.set(
      name,
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    );
  }
  return found;
}
