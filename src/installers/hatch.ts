// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Call, Installer, InstallTarget } from '../core/installer.ts';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { findProjectFile, projectRequirements, type ProjectFile } from './project-file.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { own, tableAt } from './toml.ts';
import { uvSettings } from './uv-underneath.ts';

/** Hatch 1.12 and later, which installs by pip or uv; steered by the environment alone. */
export function createHatch(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'hatch',
    synopsis: 'Hatch: env create, build, dep lock, run, test',
    program: /^hatch(?:\.exe)?$/u,
    module: 'hatch',
    project: 'hatch',
    version: /Hatch, version (\S+)/u,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const [first] = scanArguments(argv, TABLE, 1).words;
  const verb = first?.text ?? '';
  const runsProgram = RUNS.has(verb);
  const scan = scanArguments(argv, TABLE, runsProgram ? 1 : Infinity);
  const words = scan.words.map(({ text }) => text).slice(0, 2);
  const project = await findProjectFile(machine, call.directory);
  const pip = await pipUnderneath(machine, call);
  const uv = await uvSettings(ports, call, project?.root ?? call.directory);
  const local = LOCAL_VERBS.has(verb) || LOCAL_VERBS.has(words.join(' '));
  return {
    fetches: !local && (runsProgram || !has(scan, '--help', '-h', '--version')),
    runsProgram,
    asked: {
      requirements: project === null ? [] : projectRequirements(project),
      options: pip.options,
    },
    targets: await targets(ports, call, { project, stated: valuesOf(scan, '--data-dir').at(-1) }),
    caFiles: pip.caFiles,
    refusals: uv.refusals,
    variables: ({ cacheDirectory }) => ({ HATCH_CACHE_DIR: join(cacheDirectory, 'hatch') }),
  };
}

const TABLE: OptionTable = {
  values: new Set(['--cache-dir', '--config', '--data-dir', '--env', '--project']),
  switches: new Set(),
  aliases: new Map([
    ['-e', '--env'],
    ['-p', '--project'],
  ]),
  beginnings: false,
};

const RUNS: ReadonlySet<string> = new Set(['run', 'shell', 'test', 'fmt', 'check']);

const LOCAL_VERBS: ReadonlySet<string> = new Set([
  '',
  'clean',
  'config',
  'new',
  'publish',
  'self',
  'status',
  'env find',
  'env prune',
  'env remove',
  'env show',
  'python find',
  'python remove',
  'python show',
]);

/** `…/env/virtual/PROJECT/HASH/NAME`, or what the user's settings say instead. */
async function targets(
  { machine }: InstallerPorts,
  { environment, directory }: Call,
  {
    project,
    stated,
  }: { readonly project: ProjectFile | null; readonly stated: string | undefined },
): Promise<readonly InstallTarget[]> {
  const share = environment['XDG_DATA_HOME'] || join(environment['HOME'] ?? '/', '.local', 'share');
  const data = resolve(
    directory,
    stated ?? (environment['HATCH_DATA_DIR'] || join(share, 'hatch')),
  );
  const folder = join(data, 'env', 'virtual');
  const name = own(tableAt(project?.table ?? {}, 'project'), 'name');
  const mine = typeof name === 'string' ? name.toLowerCase().replace(/[-_.]+/gu, '-') : '';
  const others = (await machine.list(folder)).filter((one) => one.startsWith('.'));
  const folders = [...others, ...(mine === '' ? [] : [mine])].map((one) => join(folder, one));
  const local = project === null ? [] : [join(project.root, '.hatch')];
  return [...folders, ...local].map((path) => ({ kind: 'environments', path }));
}
