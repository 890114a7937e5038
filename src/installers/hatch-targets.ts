// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Call, InstallTarget } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { settingsIn, type HatchProject } from './hatch-project.ts';
import { own, tableAt, textsIn } from './toml.ts';

/** Environments of Hatch's own, shared by all projects. */
const INTERNAL = [
  'build',
  'check-code',
  'check-fmt',
  'check-types',
  'static-analysis',
  'test',
  'uv',
];

/**
 * `…/env/virtual/PROJECT/HASH/NAME`, or what the project's or the user's settings say instead.
 * @param stated `--data-dir`
 */
export async function hatchTargets(
  machine: Machine,
  call: Call,
  { project, stated }: { readonly project: HatchProject; readonly stated: string | undefined },
): Promise<readonly InstallTarget[]> {
  const { environment, directory } = call;
  const { root, levels, settings } = project;
  const home = environment['HOME'] ?? '/';
  const share = environment['XDG_DATA_HOME'] || join(home, '.local', 'share');
  const named = textsIn(own(tableAt(settings, 'dirs'), 'data'))[0];
  const data = stated ?? (environment['HATCH_DATA_DIR'] || named || join(share, 'hatch'));
  const folder = join(resolve(directory, atHome(data, home)), 'env');
  const envs = levels.flatMap(({ table }) => settingsIn(tableAt(table, 'envs')));
  const valuesOf = (...keys: readonly string[]): readonly string[] =>
    envs.filter(({ key }) => keys.includes(key)).flatMap(({ texts }) => texts);
  const kinds = new Set([
    'virtual',
    ...valuesOf('type', 'set-type'),
    ...(await machine.list(folder)),
  ]);
  const mine = projectFolder(project);
  const inside = `${folder}/`.startsWith(`${root}/`) ? [...kinds] : [];
  const elsewhere = Object.values(tableAt(settings, 'dirs', 'env')).flatMap(textsIn);
  const folders = [
    ...[...kinds].map((kind) => join(folder, kind, mine)),
    ...inside.map((kind) => join(folder, kind)),
    join(folder, 'virtual', '.scripts'),
    ...INTERNAL.map((name) => join(folder, '.internal', `hatch-${name}`, mine)),
    ...[...elsewhere.map((path) => atHome(path, home)), '.hatch'].flatMap((path) => [
      resolve(root, path),
      resolve(root, path, mine),
    ]),
  ];
  const paths = [
    ...valuesOf('path', 'set-path'),
    environment['HATCH_ENV_TYPE_VIRTUAL_PATH'] ?? '',
  ].filter((path) => path !== '');
  return [
    ...[...new Set(folders)].map((path): InstallTarget => ({ kind: 'environments', path })),
    ...paths.map((path): InstallTarget => ({ kind: 'environment', path: resolve(root, path) })),
  ];
}

/** By its name; without one, by where it lies. */
function projectFolder({ file, root }: HatchProject): string {
  const name = own(tableAt(file?.table ?? {}, 'project'), 'name');
  if (typeof name === 'string') return name.toLowerCase().replace(/[-_.]+/gu, '-');
  const hash = createHash('sha256').update(root).digest('base64url').slice(0, 8);
  return `${hash}-unmanaged`;
}

function atHome(path: string, home: string): string {
  return path.replace(/^~(?=\/|$)/u, home);
}
