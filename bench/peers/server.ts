// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup } from '../../test/world/programs.ts';

/** A caching server that was started here. */
export interface RunningServer {
  readonly origin: string;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts it and waits until it answers `probe`. */
export async function startServer(told: {
  readonly words: (port: number) => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly log: string;
  readonly probe: string;
}): Promise<RunningServer> {
  const port = await freePort();
  const [program = '', ...argv] = told.words(port);
  const child = spawn(program, argv, {
    cwd: told.directory,
    env: told.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  endWithUs(child);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => appendFileSync(told.log, bytes));
  const origin = `http://127.0.0.1:${port}`;
  try {
    await answers(`${origin}${told.probe}`, child);
  } catch (error) {
    killGroup(child);
    throw error;
  }
  return { origin, stop: () => stop(child) };
}

/** They are groups of their own, which a signal to us does not reach. */
const running = new Set<ChildProcess>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function endWithUs(child: ChildProcess): void {
  if (running.size === 0 && process.listenerCount('exit', endAll) === 0) {
    process.on('exit', endAll);
    for (const signal of SIGNALS)
      process.once(signal, () => {
        endAll();
        process.kill(process.pid, signal);
      });
  }
  running.add(child);
  child.once('exit', () => running.delete(child));
}

function endAll(): void {
  for (const child of running) killGroup(child);
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`it ended at its start with ${child.exitCode}`);
    const status = await fetch(url, { redirect: 'manual' }).then(
      async (answer) => (await answer.arrayBuffer(), answer.status),
      () => 599,
    );
    if (status < 500) return;
    await sleep(100);
  }
  throw new Error(`it did not answer within ${PATIENCE_MS / 1000} s`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  killGroup(child);
  await ended;
}
