// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Refusal } from '../core/errors.ts';
import { openFilesHint } from '../core/open-files.ts';

/**
 * `inherit`: everything is the child's. `stdout-to-stderr`: our standard output stays free.
 * `capture`: what it prints is kept and handed back.
 */
export type ChildStdio = 'inherit' | 'stdout-to-stderr' | 'capture';

export interface ChildCall {
  readonly program: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly stdio?: ChildStdio;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Empty unless captured. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly pid: number;
  readonly done: Promise<ChildEnd>;
  kill(signal: NodeJS.Signals): void;
}

const STDIO = {
  inherit: ['inherit', 'inherit', 'inherit'],
  'stdout-to-stderr': ['inherit', 2, 'inherit'],
  capture: ['ignore', 'pipe', 'pipe'],
} as const satisfies Record<ChildStdio, StdioOptions>;

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** What a terminal sends to every process in its foreground itself. */
const SENT_BY_TERMINAL: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT']);

/**
 * Starts a child and stays until it ends: signals that we get are the child's, and we survive them
 * so that its end can be told. When we end first, it is told to end.
 * @throws Refusal `WP-INSTALLER-NOT-FOUND` where it cannot be started
 */
export async function runChild(call: ChildCall, terminal?: boolean): Promise<Child> {
  return await startChild(call, terminal);
}

/** As `runChild`; with `listen`, the child has Node's message channel too, heard from its first word on. */
export async function startChild(
  call: ChildCall,
  terminal: boolean = process.stdin.isTTY,
  listen?: (child: ChildProcess) => void,
): Promise<Child> {
  const stdio = STDIO[call.stdio ?? 'inherit'];
  const child: ChildProcess = spawn(call.program, [...call.argv], {
    cwd: call.directory,
    env: { ...call.environment },
    stdio: listen === undefined ? [...stdio] : [...stdio, 'ipc'],
  });
  listen?.(child);
  const pass = signalsPassedTo(child, terminal);
  const output = { stdout: textOf(child.stdout), stderr: textOf(child.stderr) };
  const done = new Promise<ChildEnd>((resolve) => {
    child.once('close', (code, signal) => {
      pass.stop();
      resolve({ code, signal, stdout: output.stdout(), stderr: output.stderr() });
    });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
  } catch (error) {
    pass.stop();
    throw new Refusal('WP-INSTALLER-NOT-FOUND', {
      message: `${call.program} could not be started: ${error instanceof Error ? error.message : String(error)}`,
      ...openFilesHint(error instanceof Error && 'code' in error ? error.code : ''),
      cause: error,
    });
  }
  return { pid: child.pid ?? 0, done, kill: (signal) => void child.kill(signal) };
}

/** As `startChild` for one that runs already and whose end somebody listens for. */
export function adoptChild(
  child: ChildProcess,
  ended: Promise<Pick<ChildEnd, 'code' | 'signal'>>,
  terminal: boolean = process.stdin.isTTY,
): Child {
  const pass = signalsPassedTo(child, terminal);
  const done = ended.then((end) => {
    pass.stop();
    return { ...end, stdout: '', stderr: '' };
  });
  return { pid: child.pid ?? 0, done, kill: (signal) => void child.kill(signal) };
}

function signalsPassedTo(child: ChildProcess, terminal: boolean): { stop(): void } {
  const listeners = FORWARDED.map((signal) => {
    const listener = (): void => {
      if (!(terminal && SENT_BY_TERMINAL.has(signal))) child.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  const end = (): void => void child.kill('SIGTERM');
  process.on('exit', end);
  return {
    stop(): void {
      for (const { signal, listener } of listeners) process.off(signal, listener);
      process.off('exit', end);
    },
  };
}

function textOf(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
