// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import type { Call, InstallTarget } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import { activeEnvironment } from './active-environment.ts';
import { tomlAt, type ProjectFile } from './project-file.ts';
import { isTable, own, tableAt, textsIn, type Table } from './toml.ts';
import { ancestorsOf } from './uv-configuration.ts';

/** PDM's settings: of the project, of the user, of the machine; each file after one that beats it. */
export interface PdmLevel {
  readonly path: string;
  readonly table: Table;
}

export async function readPdmLevels(
  machine: Machine,
  { environment }: Call,
  root: string | null,
): Promise<readonly PdmLevel[]> {
  const home = environment['HOME'] ?? '/';
  const user = environment['XDG_CONFIG_HOME'] || join(home, '.config');
  const paths = [
    ...(root === null ? [] : [join(root, 'pdm.toml'), join(root, '.pdm.toml')]),
    environment['PDM_CONFIG_FILE'] || join(user, 'pdm', 'config.toml'),
    join('/etc/xdg', 'pdm', 'config.toml'),
  ];
  const levels: PdmLevel[] = [];
  for (const path of paths) levels.push({ path, table: await tomlAt(machine, path) });
  return levels;
}

/** A source of distributions, and the keys that its table has. */
export interface PdmSource {
  readonly table: Table;
  readonly option: StatedOption;
}

/** `[[tool.pdm.source]]` and `[pypi]`, `[pypi.NAME]` of the settings. */
export function pdmSources(
  project: ProjectFile | null,
  levels: readonly PdmLevel[],
  { environment }: Call,
): readonly PdmSource[] {
  const inProject = project === null ? [] : own(tableAt(project.table, 'tool', 'pdm'), 'source');
  const stated = (Array.isArray(inProject) ? inProject : []).filter(isTable);
  const variable = environment['PDM_PYPI_URL'] ?? '';
  return [
    ...stated.flatMap((table) => sourceOf(table, project?.path ?? '')),
    ...levels.flatMap(({ table, path }) => {
      const pypi = own(table, 'pypi');
      if (!isTable(pypi)) return [];
      const named = Object.values(pypi).filter(isTable);
      return [pypi, ...named].flatMap((source) => sourceOf(source, path));
    }),
    ...(variable === '' ? [] : sourceOf({ url: variable }, 'PDM_PYPI_URL')),
  ];
}

/** An address may hold `${NAME}` of the environment, and `file:///${PROJECT_ROOT}`. */
function sourceOf(table: Table, where: string): readonly PdmSource[] {
  const url = own(table, 'url');
  const isLinks = own(table, 'type') === 'find_links';
  const name = isLinks ? '--find-links' : '--index-url';
  return [{ table, option: { name, value: typeof url === 'string' ? url : null, where } }];
}

/** `[tool.pdm.dev-dependencies]`, beside what PEP 621 and PEP 735 say. */
export function devDependencies({ table }: ProjectFile): readonly string[] {
  return Object.values(tableAt(table, 'tool', 'pdm', 'dev-dependencies')).flatMap(textsIn);
}

/** The arguments that the project adds to each run of a verb. */
export function standingOptions({ table }: ProjectFile, verb: string): readonly string[] {
  return textsIn(own(tableAt(table, 'tool', 'pdm', 'options'), verb));
}

/**
 * The interpreter that was chosen, the active environment, one inside the project, one of many in a
 * folder of PDM's, or `__pypackages__` (PEP 582).
 */
export async function pdmTargets(
  machine: Machine,
  call: Call,
  { root, levels }: { readonly root: string; readonly levels: readonly PdmLevel[] },
): Promise<readonly InstallTarget[]> {
  const { environment } = call;
  const chosen = (await savedPython(machine, call, root)) ?? '';
  const saved: readonly InstallTarget[] =
    chosen === ''
      ? []
      : (await machine.kindOf(join(dirname(dirname(chosen)), 'pyvenv.cfg'))) === 'file'
        ? [{ kind: 'environment', path: dirname(dirname(chosen)) }]
        : [{ kind: 'interpreter', path: chosen }];
  const data = environment['XDG_DATA_HOME'] || join(environment['HOME'] ?? '/', '.local', 'share');
  const located = levels.map(({ table }) => own(tableAt(table, 'venv'), 'location'));
  const location = located.find((one) => typeof one === 'string') ?? join(data, 'pdm', 'venvs');
  const folder = resolve(root, location.replace(/^~(?=\/|$)/u, environment['HOME'] ?? '/'));
  const hash = createHash('md5').update(root).digest('base64url').slice(0, 8);
  const mine = `${basename(root)}-${hash}-`;
  const there = (await machine.list(folder)).filter((name) => name.startsWith(mine));
  const likely = Array.from({ length: 14 }, (_, at) => `${mine}3.${at + 7}`);
  const packages = await machine.list(join(root, '__pypackages__'));
  return [
    ...saved,
    ...activeEnvironment(call),
    ...['.venv', 'venv', 'env'].map((name) => environmentAt(join(root, name))),
    ...[...new Set([...there, ...likely])].map((name) => environmentAt(join(folder, name))),
    ...packages.map((python): InstallTarget => ({
      kind: 'directory',
      path: join(root, '__pypackages__', python, 'lib'),
    })),
  ];
}

function environmentAt(path: string): InstallTarget {
  return { kind: 'environment', path };
}

async function savedPython(
  machine: Machine,
  { environment }: Call,
  root: string,
): Promise<string | null> {
  const stated = environment['PDM_PYTHON'] ?? '';
  if (stated !== '') return stated;
  const file = join(root, '.pdm-python');
  if ((await machine.kindOf(file)) !== 'file') return null;
  return ((await machine.readText(file)) ?? '').trim();
}

/** Projects above that may count this one among their members: their lock is this one's, too. */
export async function workspaceRoots(machine: Machine, root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of ancestorsOf(root).slice(1)) {
    const table = await tomlAt(machine, join(folder, 'pyproject.toml'));
    if (Object.hasOwn(tableAt(table, 'tool', 'pdm'), 'workspace')) found.push(folder);
  }
  return found;
}
