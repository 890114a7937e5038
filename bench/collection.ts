// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../test/world/programs.ts';

/** Real pages and files, fetched once and kept; the resolution stays what it was on that day. */
export interface Collection {
  readonly folder: string;
  /** What is asked for. */
  readonly requirements: readonly string[];
  /** Files of the resolution. */
  readonly files: number;
  readonly megabytes: number;
}

const LARGE = ['jupyterlab', 'flask'];

/** `jupyterlab` and `flask` with all they need: about 100 wheels. */
export async function openCollection(cache: string, python: string): Promise<Collection> {
  const folder = join(cache, 'collection');
  if (!existsSync(folder)) await collect(folder, python);
  const pins: unknown = JSON.parse(readFileSync(join(folder, 'pins.json'), 'utf8'));
  const files = Array.isArray(pins) ? pins.length : 0;
  return { folder, requirements: LARGE, files, megabytes: sizeOf(join(folder, 'files')) / 1e6 };
}

async function collect(folder: string, python: string): Promise<void> {
  console.error(`Fetching the real pages and files of ${LARGE.join(' and ')}, once …`);
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    // A folder of wheels on the developer's machine would take the place of the index.
    if (value !== undefined && name !== 'PIP_FIND_LINKS') environment[name] = value;
  const words = [python, join(import.meta.dirname, 'collect.py'), making, ...LARGE];
  const ended = await runProgram(words, { environment, directory: making, patience: 900_000 });
  if (ended.exit !== 0)
    throw new Error(`the real files cannot be had: ${ended.stderr.slice(-800)}`);
  renameSync(making, folder);
}

function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const sizes = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.whl'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).length);
  return sizes.reduce((sum, size) => sum + size, 0);
}
