// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Call, Installer, InstallTarget, Route } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import { has, valuesOf } from './argument-scan.ts';
import { activeEnvironment } from './active-environment.ts';
import { specifierWord } from './caret-specifier.ts';
import { readPoetryArguments, type PoetryArguments } from './poetry-options.ts';
import {
  poetryName,
  poetryRequirements,
  poetrySources,
  requiresPlugins,
} from './poetry-project.ts';
import { environmentsFolder, readPoetrySettings, type PoetrySettings } from './poetry-settings.ts';
import type { InstallerPorts } from './ports.ts';
import { findProjectFile, type ProjectFile } from './project-file.ts';
import type { Asked } from './run-outlook.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { isOn } from './uv-targets.ts';

/** Poetry 1.8 and later; steered by the environment alone. */
export function createPoetry(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'poetry',
    synopsis: 'Poetry: install, add, lock, sync, update, build, self add, run',
    program: /^poetry(?:\.exe)?$/u,
    module: 'poetry',
    project: 'poetry',
    version: /Poetry \(version ([^)\s]+)\)/u,
    oneByOne: true,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call, home }: ToolRun): Promise<ToolOutlook> {
  const told = readPoetryArguments(argv);
  const { machine } = ports;
  const directory = resolve(call.directory, valuesOf(told.scan, '--directory').at(-1) ?? '.');
  const folder = resolve(directory, valuesOf(told.scan, '--project').at(-1) ?? '.');
  const ofItself = told.verb.startsWith('self ');
  const project = ofItself ? null : await findProjectFile(machine, folder);
  const settings = await readPoetrySettings(machine, call, project?.root ?? null);
  const inside = { ...call, directory };
  const sources = project === null ? [] : poetrySources(project);
  const names = new Set(['pypi', ...sources.map(({ name }) => name), ...settings.repositories]);
  const environments = environmentsFolder(settings, inside);
  return {
    fetches: told.fetches,
    runsProgram: told.runsProgram,
    asked: {
      ...(project === null ? {} : { project: { directories: [project.root], own: [] } }),
      requirements: [
        ...wordRequirements(told),
        ...(project === null ? [] : poetryRequirements(project)),
      ],
      files: project === null ? [] : await lockFile(machine, project, told.verb),
      options: sources.map(({ option }) => option).filter(hasValue),
    },
    targets: ofItself
      ? selfTargets(home.interpreter)
      : await targets(machine, inside, { project, settings, environments }),
    installs: INSTALLS.has(told.verb) && !has(told.scan, '--dry-run', '--lock'),
    caFiles: [...names].flatMap((name) =>
      CERTIFICATE_KEYS.flatMap((key) => settings.one(`certificates.${name}.${key}`) ?? []),
    ),
    argv: () => withoutItsCache(argv, told),
    variables: (route) => ({
      // By default environments lie inside the cache, which is a private one now.
      POETRY_VIRTUALENVS_PATH: environments,
      // Poetry's own git client knows ways that do not pass the gate.
      POETRY_SYSTEM_GIT_CLIENT: 'true',
      ...certificates(names, route),
    }),
  };
}

const INSTALLS: ReadonlySet<string> = new Set([
  'add',
  'install',
  'sync',
  'update',
  'self add',
  'self install',
  'self sync',
  'self update',
]);

/** It keeps what metadata said, false as it may have proved, beyond the run. */
function withoutItsCache(
  argv: readonly string[],
  { fetches, runsProgram, scan }: PoetryArguments,
): readonly string[] {
  if (!fetches) return argv;
  const at = runsProgram ? 0 : scan.end;
  return [...argv.slice(0, at), '--no-cache', ...argv.slice(at)];
}

const CERTIFICATE_KEYS = ['cert', 'verify'];

/** A certificate that is configured for one source would keep Poetry from believing the gate. */
function certificates(names: ReadonlySet<string>, route: Route): Readonly<Record<string, string>> {
  const variables = [...names].flatMap((name) =>
    CERTIFICATE_KEYS.map((key) => `certificates.${name}.${key}`),
  );
  return Object.fromEntries(
    variables.map((name) => [`POETRY_${name.toUpperCase().replace(/[.-]/gu, '_')}`, route.caFile]),
  );
}

function wordRequirements({ verb, words }: PoetryArguments): Asked['requirements'] {
  if (!['add', 'self add', 'debug resolve', 'search'].includes(verb)) return [];
  return words.map((word) => ({
    text: specifierWord(word),
    where: 'command line',
    lenient: true as const,
  }));
}

function hasValue({ value }: StatedOption): boolean {
  return value !== null;
}

async function lockFile(
  machine: Machine,
  { root }: ProjectFile,
  verb: string,
): Promise<Asked['files']> {
  const path = join(root, 'poetry.lock');
  if ((await machine.kindOf(path)) !== 'file') return [];
  return [{ path, constraint: true, where: 'poetry', replaced: verb === 'lock' }];
}

function selfTargets(interpreter: string | null): readonly InstallTarget[] {
  return interpreter === null ? [] : [{ kind: 'interpreter', path: interpreter }];
}

interface Project {
  readonly project: ProjectFile | null;
  readonly settings: PoetrySettings;
  readonly environments: string;
}

/** The active environment, the project's own, or one of many in a folder of Poetry's. */
async function targets(
  machine: Machine,
  call: Call,
  { project, settings, environments }: Project,
): Promise<readonly InstallTarget[]> {
  const active = activeEnvironment(call);
  if (project === null) return active;
  const { root } = project;
  const plugins: readonly InstallTarget[] = requiresPlugins(project)
    ? [{ kind: 'directory', path: join(root, '.poetry', 'plugins') }]
    : [];
  const own: InstallTarget = { kind: 'environment', path: join(root, '.venv') };
  const name = environmentName(poetryName(project), root);
  const there = (await machine.list(environments)).filter((one) => one.startsWith(`${name}-py`));
  const system = isOff(settings.one('virtualenvs.create'))
    ? await machine.findProgram('python3', call.environment, call.directory)
    : null;
  return [
    ...active,
    own,
    ...[...new Set([...there, ...MINORS.map((minor) => `${name}-py3.${minor}`)])].map(
      (folder): InstallTarget => ({ kind: 'environment', path: join(environments, folder) }),
    ),
    ...(system === null ? [] : [{ kind: 'interpreter', path: system } as const]),
    ...plugins,
  ];
}

/** Of a folder that is not there, nothing is read: more than there are costs nothing. */
const MINORS = Array.from({ length: 14 }, (_, at) => at + 7);

/** Poetry's `EnvManager.generate_env_name`. */
function environmentName(name: string, root: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[ $`!*@"\\\r\n\t]/gu, '_')
    .slice(0, 42);
  const hash = createHash('sha256').update(root).digest('base64url').slice(0, 8);
  return `${plain}-${hash}`;
}

function isOff(value: string | null): boolean {
  return value !== null && !isOn(value);
}
