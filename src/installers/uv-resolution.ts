// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import type { Intent, Sequence } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { has, valuesOf } from './argument-scan.ts';
import type { UvArguments } from './uv-options.ts';
import { activeEnvironment } from './uv-targets.ts';

/** It is to ask no index. */
const ASKS_NONE = ['--offline', '--no-index'];
/** The one index that is asked for every name; of several, the next is asked only for what is missing. */
const SOLE_INDEX: ReadonlySet<string> = new Set(['--default-index', '--index-url']);
/** Another release than the newest is taken. */
const NOT_THE_NEWEST = ['--resolution', '--exclude-newer', '--exclude-newer-package'];

interface Asked extends Pick<Intent, 'ownPlatform'> {
  readonly told: UvArguments;
  readonly environment: Environment;
  /** The working directory after `--directory`. */
  readonly directory: string;
  readonly options: readonly StatedOption[];
  /** All that are named anywhere. */
  readonly indexes: readonly string[];
}

export function asksNoIndex({ told, options }: Pick<Asked, 'told' | 'options'>): boolean {
  return has(told.scan, ...ASKS_NONE) || options.some(({ name }) => ASKS_NONE.includes(name));
}

/**
 * What uv will ask for can be told where it takes the newest of each project from one index, for the
 * Python that it installs into.
 */
export async function resolutionOf(machine: Machine, asked: Asked): Promise<Sequence | null> {
  const { told, environment, options, indexes } = asked;
  const { verb, scan } = told;
  if (asked.ownPlatform !== true || asksNoIndex(asked)) return null;
  const sole = options.filter(({ name }) => SOLE_INDEX.has(name));
  if (sole.length !== indexes.length || new Set(indexes).size > 1) return null;
  if (has(scan, ...NOT_THE_NEWEST) || (environment['UV_EXCLUDE_NEWER'] ?? '') !== '') return null;
  const python = await pythonOf(machine, asked);
  const dependencies = verb === 'pip install' && !has(scan, '--no-deps');
  const files = !has(scan, '--dry-run');
  return { files, dependencies, ...(python === null ? {} : { python }) };
}

/** `3.12`, where it is plain without starting anything. */
async function pythonOf(
  machine: Machine,
  { told, environment, directory }: Asked,
): Promise<string | null> {
  const request = valuesOf(told.scan, '--python').at(-1) ?? environment['UV_PYTHON'] ?? '';
  const path = resolve(directory, request);
  const kind = request === '' ? null : await machine.kindOf(path);
  if (kind === 'directory') return await pythonIn(machine, path);
  if (kind === 'file') return await pythonIn(machine, dirname(dirname(path)));
  const version = /^(?:cpython[@-]?|python)?(\d+\.\d+)(?!\d)/u.exec(request)?.[1];
  if (version !== undefined || request !== '') return version ?? null;
  const active = await activeEnvironment(machine, environment, directory);
  return active === null ? null : await pythonIn(machine, active.path);
}

/** As a virtual environment tells it (PEP 405; uv writes `version_info`). */
async function pythonIn(machine: Machine, environment: string): Promise<string | null> {
  const file = join(environment, 'pyvenv.cfg');
  if ((await machine.kindOf(file)) !== 'file') return null;
  const text = (await machine.readText(file)) ?? '';
  return /^version(?:_info)?\s*=\s*(\d+\.\d+)/mu.exec(text)?.[1] ?? null;
}
