// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Call, InstallTarget } from '../core/installer.ts';
import type { Environment, Machine } from '../core/machine.ts';
import { has, valuesOf } from './argument-scan.ts';
import { ancestorsOf } from './uv-configuration.ts';
import type { UvArguments } from './uv-options.ts';

interface Asked {
  readonly told: UvArguments;
  readonly call: Call;
  /** The working directory after `--directory`. */
  readonly directory: string;
  /** Where a project is looked for. */
  readonly project: string;
  /** The interpreter of `python -m uv`. */
  readonly parent: string | null;
}

export const INTO_INTERPRETER: ReadonlySet<string> = new Set(['pip install', 'pip sync']);
const INTO_PROJECT: ReadonlySet<string> = new Set([
  'add',
  'remove',
  'sync',
  'run',
  'version',
  'check',
]);

const INSTALLS: ReadonlySet<string> = new Set([
  ...INTO_INTERPRETER,
  'add',
  'sync',
  'tool install',
  'tool upgrade',
]);

/** Whether it is there to install; a script's environment lies in uv's private cache. */
export function installs({ verb, scan }: UvArguments): boolean {
  return INSTALLS.has(verb) && !has(scan, '--dry-run', '--no-sync', '--script');
}

/** Where uv puts things; what does not exist yet is named all the same. */
export async function uvTargets(machine: Machine, asked: Asked): Promise<readonly InstallTarget[]> {
  const { verb } = asked.told;
  if (INTO_INTERPRETER.has(verb)) return await interpreterTargets(machine, asked);
  if (INTO_PROJECT.has(verb)) return await projectTargets(machine, asked);
  if (verb === 'tool install') return toolTargets(asked, asked.told.words.slice(0, 1));
  if (verb === 'tool upgrade') return upgradeTargets(asked);
  if (verb === 'venv') {
    const path = asked.told.words[0] ?? '.venv';
    return [{ kind: 'environment', path: resolve(asked.directory, path) }];
  }
  return [];
}

async function interpreterTargets(
  machine: Machine,
  asked: Asked,
): Promise<readonly InstallTarget[]> {
  const { told, call, directory } = asked;
  const { environment } = call;
  const [folder] = valuesOf(told.scan, '--target').slice(-1);
  if (folder !== undefined) return [{ kind: 'directory', path: resolve(directory, folder) }];
  const [prefix] = valuesOf(told.scan, '--prefix').slice(-1);
  if (prefix !== undefined) return [{ kind: 'environment', path: resolve(directory, prefix) }];
  const python = valuesOf(told.scan, '--python').at(-1) ?? environment['UV_PYTHON'] ?? '';
  if (python !== '') return await requestedPython(machine, asked, python);
  if (has(told.scan, '--system') || isOn(environment['UV_SYSTEM_PYTHON'])) {
    return await programTargets(machine, asked, ['python3', 'python']);
  }
  const parent: readonly InstallTarget[] =
    asked.parent === null ? [] : [{ kind: 'interpreter', path: asked.parent }];
  const active = await activeEnvironment(machine, environment, directory);
  return [...parent, ...(active === null ? [] : [active])];
}

/** uv's request forms: a path, an environment's folder, a program's name, a version. */
async function requestedPython(
  machine: Machine,
  asked: Asked,
  request: string,
): Promise<readonly InstallTarget[]> {
  const path = resolve(asked.directory, request);
  const kind = await machine.kindOf(path);
  if (kind === 'directory') return [{ kind: 'environment', path }];
  if (kind === 'file') return [{ kind: 'interpreter', path }];
  const version = /^(?:cpython[@-]?|python)?(\d+(?:\.\d+)?)/u.exec(request)?.[1];
  const names = version === undefined ? [request] : [request, `python${version}`];
  const active = await activeEnvironment(machine, asked.call.environment, asked.directory);
  const named = await programTargets(machine, asked, names);
  return [...(active === null || version === undefined ? [] : [active]), ...named];
}

async function programTargets(
  machine: Machine,
  { call, directory }: Asked,
  names: readonly string[],
): Promise<readonly InstallTarget[]> {
  for (const name of names) {
    const path = await machine.findProgram(name, call.environment, directory);
    if (path !== null) return [{ kind: 'interpreter', path }];
  }
  return [];
}

async function projectTargets(machine: Machine, asked: Asked): Promise<readonly InstallTarget[]> {
  const { told, call, project } = asked;
  const { environment } = call;
  const active = await activeEnvironment(machine, environment, asked.directory);
  const roots: string[] = [];
  for (const folder of ancestorsOf(project)) {
    if ((await machine.kindOf(join(folder, 'pyproject.toml'))) === 'file') roots.push(folder);
  }
  if (roots.length === 0 || has(told.scan, '--active')) return active === null ? [] : [active];
  const own = environment['UV_PROJECT_ENVIRONMENT'] || '.venv';
  // The environment lies at the workspace's root, which is one of these.
  return roots.map((root) => ({ kind: 'environment', path: resolve(root, own) }));
}

export async function activeEnvironment(
  machine: Machine,
  environment: Environment,
  directory: string,
): Promise<InstallTarget | null> {
  const named = environment['VIRTUAL_ENV'] || environment['CONDA_PREFIX'];
  if (named) return { kind: 'environment', path: resolve(directory, named) };
  for (const folder of ancestorsOf(directory)) {
    const path = join(folder, '.venv');
    if ((await machine.kindOf(path)) === 'directory') return { kind: 'environment', path };
  }
  return null;
}

function upgradeTargets(asked: Asked): readonly InstallTarget[] {
  if (has(asked.told.scan, '--all')) return [{ kind: 'environments', path: toolFolder(asked) }];
  return toolTargets(asked, asked.told.words);
}

function toolTargets(asked: Asked, words: readonly string[]): readonly InstallTarget[] {
  return words.flatMap((word) => {
    const [name = ''] = /^[A-Za-z0-9][A-Za-z0-9._-]*/u.exec(word) ?? [];
    if (name === '') return [];
    const folder = name.replace(/[-_.]+/gu, '-').toLowerCase();
    return [{ kind: 'environment', path: join(toolFolder(asked), folder) }];
  });
}

function toolFolder({ call: { environment }, directory }: Asked): string {
  const data = environment['XDG_DATA_HOME'] || join(environment['HOME'] ?? '/', '.local', 'share');
  return resolve(directory, environment['UV_TOOL_DIR'] || join(data, 'uv', 'tools'));
}

export function isOn(value: string | undefined): boolean {
  return /^(?:y|yes|t|true|on|1)$/iu.test(value ?? '');
}
