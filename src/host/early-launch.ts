// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { LAUNCHER } from './jail-launcher.ts';
import { hear, type Heard } from './jail-channel.ts';

/** The first of those that may set up a jail (`jail-interpreters.ts`). */
const INTERPRETER = '/usr/bin/python3';
const INSTALLERS = /^(?:pip[\d.]*|uv|poetry|pdm|pipenv)$/u;
const FETCHING: ReadonlySet<string> = new Set([
  'install',
  'download',
  'wheel',
  'sync',
  'lock',
  'add',
  'compile',
]);

/** A launcher that makes its namespace while everything else is still being made ready. */
export interface EarlyLaunch extends Heard {
  readonly interpreter: string;
  readonly directory: string;
  /** What it is to become, and the gate's port; whether it did, it says itself. */
  order(order: Order): void;
  /** It is not needed: it ends, unless it has its orders. */
  dismiss(): void;
}

export interface Order {
  readonly port: number;
  readonly ontoErrors: boolean;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts the jail's launcher before anything is known but the words: where they look like an
 * installer's that fetches. Whether it is wanted is decided later, by who knows (`runJailed`);
 * whoever does not want it dismisses it, and when we end it ends.
 */
export function launchEarly(words: readonly string[]): EarlyLaunch | null {
  if (process.platform !== 'linux') return null;
  if (!areAnInstallers(words) || !isBinary(INTERPRETER)) return null;
  const directory = process.cwd();
  const child = started(directory);
  return child === null ? null : waiting(child, directory);
}

function started(directory: string): ChildProcess | null {
  try {
    return spawn(INTERPRETER, ['-I', '-S', '-c', LAUNCHER, 'namespace'], {
      cwd: directory,
      env: {},
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
  } catch {
    return null; // it is started when it is needed, and what is wrong is told then
  }
}

/** An installer is named among them; for what only saves time, that is enough. */
export function nameInstaller(words: readonly string[]): boolean {
  return words.some((word) => INSTALLERS.test(basename(word)));
}

function areAnInstallers(words: readonly string[]): boolean {
  const isAnother = words.some((word) => word.startsWith('--jail'));
  return !isAnother && nameInstaller(words) && words.some((word) => FETCHING.has(word));
}

function isBinary(path: string): boolean {
  try {
    const file = openSync(realpathSync(path), 'r');
    try {
      const start = Buffer.alloc(4);
      readSync(file, start, 0, 4, 0);
      return start.toString('latin1') === '\x7fELF';
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // not there
  }
}

function waiting(child: ChildProcess, directory: string): EarlyLaunch {
  const [, , , , pipe] = child.stdio;
  const heard = hear(child);
  pipe?.on('error', () => undefined); // it is gone: nobody reads orders, as its end tells
  const isWritable = pipe !== null && pipe !== undefined && 'write' in pipe;
  child.unref();
  child.channel?.unref();
  if (pipe !== null && pipe !== undefined && 'unref' in pipe && typeof pipe.unref === 'function') {
    pipe.unref();
  }
  let isOver = false;
  return {
    ...heard,
    interpreter: INTERPRETER,
    directory,
    order(order) {
      const text = written(order);
      isOver = true;
      child.ref();
      child.channel?.ref();
      if (isWritable) pipe.end(text);
    },
    dismiss() {
      if (isOver) return;
      isOver = true;
      pipe?.destroy();
    },
  };
}

/** How many fields follow, and they, each ended by a zero byte. */
function written({ port, ontoErrors, words, environment }: Order): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const fields = [`${port}`, ontoErrors ? '1' : '0', `${words.length}`, ...words, ...variables];
  if (fields.some((field) => field.includes('\0'))) {
    throw new TypeError('neither words nor variables hold a zero byte');
  }
  return [`${fields.length}`, ...fields, ''].join('\0');
}
