// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { Call, InstallTarget } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import { activeEnvironment } from './active-environment.ts';
import type { Asked } from './run-outlook.ts';
import { statedDependencies } from './stated-dependencies.ts';
import { isTable, own, tomlIn, type Table } from './toml.ts';
import { ancestorsOf, expanded } from './uv-configuration.ts';
import { isOn } from './uv-targets.ts';

export interface Pipfile {
  readonly path: string;
  readonly table: Table;
}

/** PIPENV_PIPFILE, or the nearest one at or above a folder. @throws Refusal `WP-USAGE` */
export async function findPipfile(
  machine: Machine,
  { environment, directory }: Call,
): Promise<Pipfile | null> {
  const stated = environment['PIPENV_PIPFILE'] ?? '';
  const likely = ancestorsOf(directory).map((folder) => join(folder, 'Pipfile'));
  for (const path of stated === '' ? likely : [resolve(directory, stated)]) {
    if ((await machine.kindOf(path)) !== 'file') continue;
    return { path, table: tomlIn((await machine.readText(path)) ?? '', path) };
  }
  return null;
}

/** `[[source]]`; addresses may hold `$NAME` of the environment. */
export function pipfileSources(
  { table, path }: Pipfile,
  { environment }: Call,
): readonly StatedOption[] {
  const sources = own(table, 'source');
  return (Array.isArray(sources) ? sources : []).filter(isTable).flatMap((source) => {
    const url = own(source, 'url');
    if (typeof url !== 'string') return [];
    return [{ name: '--index-url', value: expanded(url, environment), where: path }];
  });
}

/** Every table but those that say how: each is a category of packages. */
export function pipfileRequirements({ table, path }: Pipfile): Asked['requirements'] {
  return Object.entries(table)
    .filter(([name]) => !NO_PACKAGES.has(name))
    .flatMap(([, packages]) => (isTable(packages) ? statedDependencies(packages, path) : []));
}

const NO_PACKAGES: ReadonlySet<string> = new Set(['source', 'requires', 'scripts', 'pipenv']);

/** The active environment, `.venv` beside the Pipfile, or one of many in a folder of pipenv's. */
export async function pipenvTargets(
  machine: Machine,
  call: Call,
  pipfile: Pipfile | null,
): Promise<readonly InstallTarget[]> {
  const { environment, directory } = call;
  const root = pipfile === null ? directory : dirname(pipfile.path);
  const home = environment['HOME'] ?? '/';
  const data = environment['XDG_DATA_HOME'] || join(home, '.local', 'share');
  const stated = expanded(environment['WORKON_HOME'] ?? '', environment);
  const folder = resolve(root, stated.replace(/^~(?=\/|$)/u, home) || join(data, 'virtualenvs'));
  const ignoring = isOn(environment['PIPENV_IGNORE_VIRTUALENVS']);
  const name = environment['PIPENV_CUSTOM_VENV_NAME'] || environmentName(root);
  const there = (await machine.list(folder)).filter((one) => one.startsWith(`${name}-`));
  const dotVenv = join(root, '.venv');
  const inFile = (await machine.kindOf(dotVenv)) === 'file' ? await machine.readText(dotVenv) : '';
  const named = (inFile ?? '').trim();
  return [
    ...(ignoring ? [] : activeEnvironment(call)),
    ...[dotVenv, join(folder, name), ...there.map((one) => join(folder, one))].map(environmentAt),
    ...(named === '' ? [] : [resolve(folder, named), resolve(root, named)].map(environmentAt)),
  ];
}

function environmentAt(path: string): InstallTarget {
  return { kind: 'environment', path };
}

/** pipenv's `_get_virtualenv_hash`. */
function environmentName(root: string): string {
  const plain = basename(root)
    .replace(/[ &$`!*@"()[\]\\\r\n\t]/gu, '_')
    .slice(0, 42);
  const hash = createHash('sha256').update(join(root, 'Pipfile')).digest();
  return `${plain}-${hash.subarray(0, 6).toString('base64url').slice(0, 8)}`;
}
