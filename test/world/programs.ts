// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from 'node:child_process';

export interface Ended {
  /** `null` where a signal ended it. */
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface Start {
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Ends the program (and what it started) after this many milliseconds. */
  readonly patience?: number;
  /** Sees the program while it runs. */
  readonly watch?: (child: ChildProcess) => void;
}

/** Runs a real program to its end with exactly the environment given. */
export async function runProgram(words: readonly string[], start: Start): Promise<Ended> {
  const [program = '', ...argv] = words;
  const began = performance.now();
  const child = spawn(program, argv, {
    cwd: start.directory,
    env: start.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  start.watch?.(child);
  const timer = setTimeout(() => killGroup(child), start.patience ?? 120_000);
  try {
    const exit = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { exit, ...output, milliseconds: performance.now() - began };
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a program that was started here, with what it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
