// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { Refusal } from '../core/errors.ts';
import { ASK_TIMEOUT_MS, MAX_REQUIREMENT_FILE_BYTES, MIB } from '../core/limits.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { readBounded } from './bounded-file.ts';
import { findProgram } from './find-program.ts';

/** The machine we run on, as installers' files may look at it. */
export const thisMachine: Machine = { readText, kindOf, list, findProgram, ask };

/** @throws Refusal `WP-LOCKFILE-INVALID` */
async function readText(path: string): Promise<string | null> {
  const kind = await kindOf(path);
  if (kind === null) return null;
  const read = kind === 'file' ? await readBounded(path, MAX_REQUIREMENT_FILE_BYTES) : null;
  if (read === null) throw unreadable(path, 'is no file that can be read');
  if (!read.whole) {
    throw unreadable(path, `is larger than ${MAX_REQUIREMENT_FILE_BYTES / MIB} MiB`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(read.bytes);
  } catch (cause) {
    throw unreadable(path, 'is not UTF-8 text', cause);
  }
}

function unreadable(path: string, what: string, cause?: unknown): Refusal {
  return new Refusal('WP-LOCKFILE-INVALID', { message: `${path} ${what}`, cause });
}

async function kindOf(path: string): Promise<'file' | 'directory' | null> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'directory';
    return found.isFile() || found.isFIFO() || found.isCharacterDevice() ? 'file' : null;
  } catch {
    return null; // absent, or hidden from us: the installer will say so itself
  }
}

async function list(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort();
  } catch {
    return []; // as documented: what cannot be listed holds nothing for us
  }
}

async function ask(
  program: string,
  argv: readonly string[],
  environment: Environment,
  directory: string,
): Promise<string | null> {
  const options = {
    env: { ...environment },
    cwd: directory,
    timeout: ASK_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MIB,
  } as const;
  return await new Promise((resolve) => {
    const child = execFile(program, [...argv], options, (error, stdout) => {
      resolve(error === null ? stdout : null);
    });
    child.stdin?.end();
  });
}
