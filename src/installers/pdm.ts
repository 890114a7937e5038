// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { Call, Installer, InstallTarget } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { has, valuesOf } from './argument-scan.ts';
import { passedPipArguments } from './passed-arguments.ts';
import { readPdmArguments, type PdmArguments } from './pdm-options.ts';
import {
  devDependencies,
  pdmSources,
  pdmTargets,
  readPdmLevels,
  standingOptions,
  workspaceRoots,
  type PdmLevel,
  type PdmSource,
} from './pdm-project.ts';
import type { InstallerPorts } from './ports.ts';
import { findProjectFile, projectRequirements, type ProjectFile } from './project-file.ts';
import type { Asked } from './run-outlook.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { isTable, own } from './toml.ts';
import { isOn } from './uv-targets.ts';
import { uvSettings } from './uv-underneath.ts';

/** PDM 2.20 and later; steered by the environment alone. */
export function createPdm(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'pdm',
    synopsis: 'PDM: install, add, lock, sync, update, build, self add, run',
    program: /^pdm(?:\.exe)?$/u,
    module: 'pdm',
    project: 'pdm',
    version: /PDM, version (\S+)/u,
    oneByOne: true,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call, home }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const plain = readPdmArguments(argv);
  const folder = valuesOf(plain.scan, '--project').at(-1) ?? call.environment['PDM_PROJECT'];
  const ofItself = /^(?:self|plugin) /u.test(plain.verb);
  const start = resolve(call.directory, folder || '.');
  const project = ofItself ? null : await findProjectFile(machine, start);
  const standing = project === null ? [] : standingOptions(project, plain.verb);
  const told = standing.length === 0 ? plain : readPdmArguments([...argv, ...standing]);
  const root = project?.root ?? start;
  const levels = await readPdmLevels(machine, call, ofItself ? null : root);
  const sources = pdmSources(project, levels, call);
  const uv = await uvSettings(ports, call, root);
  return {
    fetches: told.fetches,
    runsProgram: told.runsProgram,
    asked: {
      project: {
        directories: [root, ...(project === null ? [] : await workspaceRoots(machine, root))],
        own: ['pylock.toml'],
      },
      requirements: [...wordRequirements(told), ...requirementsOf(project)],
      files: project === null ? [] : await lockFile(machine, { project, told, call }),
      options: sources.map(({ option }) => option).filter(({ value }) => value !== null),
    },
    targets: ofItself
      ? selfTargets(home.interpreter)
      : await pdmTargets(machine, call, { root, levels }),
    installs: INSTALLS.has(told.verb) && !has(told.scan, '--dry-run', '--no-sync', '--check'),
    refusals: [
      ...sources.flatMap(ownRoots),
      ...levels.flatMap(linked),
      ...passedPipArguments(valuesOf(told.scan, '--pip-args').join(' '), '--pip-args'),
      ...uv.refusals,
    ],
    variables: () => ({
      // What it keeps of metadata, false as it may have proved, must not live beyond the run.
      PDM_NO_CACHE: '1',
      // Only the Simple index is judged.
      PDM_PYPI_JSON_API: 'false',
    }),
  };
}

const INSTALLS: ReadonlySet<string> = new Set([
  'add',
  'install',
  'sync',
  'update',
  'plugin add',
  'plugin update',
  'self add',
  'self update',
]);

function wordRequirements({ verb, words, scan }: PdmArguments): Asked['requirements'] {
  if (!['add', 'self add', 'plugin add'].includes(verb)) return [];
  const editable = valuesOf(scan, '--editable');
  return [...words, ...editable].map((text) => ({
    text,
    where: 'command line',
    lenient: true as const,
  }));
}

function requirementsOf(project: ProjectFile | null): Asked['requirements'] {
  if (project === null) return [];
  const dev = devDependencies(project).map((text) => ({
    // An editable one is written as on pip's command line.
    text: text.replace(/^-e\s+/u, ''),
    where: project.path,
    lenient: true as const,
  }));
  return [...projectRequirements(project), ...dev];
}

async function lockFile(
  machine: Machine,
  {
    project,
    told,
    call,
  }: { readonly project: ProjectFile; readonly told: PdmArguments; readonly call: Call },
): Promise<Asked['files']> {
  const stated = valuesOf(told.scan, '--lockfile').at(-1) || call.environment['PDM_LOCKFILE'];
  const likely = ['pdm.lock', 'pylock.toml'].map((name) => resolve(project.root, name));
  const folders = [call.directory, project.root];
  const paths = stated ? folders.map((folder) => resolve(folder, stated)) : likely;
  for (const path of paths) {
    if ((await machine.kindOf(path)) !== 'file') continue;
    const how = { format: 'pdm.lock', replaced: told.verb === 'lock' };
    return [{ path, constraint: true, where: 'pdm', ...how }];
  }
  return [];
}

/** PDM takes a source's own certificates before everything that the environment says. */
function ownRoots({ table, option }: PdmSource): readonly Reason[] {
  const file = own(table, 'ca_certs');
  if (typeof file !== 'string') return [];
  const message = `${option.where}: ca_certs = ${safeText(file, 100)} would keep PDM from trusting the gate`;
  const hint = 'Name the file in SSL_CERT_FILE instead: wheelproof trusts it for you.';
  return [reason('WP-BYPASS-CONFIG', message, hint)];
}

/** What PDM links out of its cache has a RECORD without hashes: nothing could be compared with it. */
function linked({ table, path }: PdmLevel): readonly Reason[] {
  const nested = own(table, 'install');
  const stated = own(table, 'install.cache') ?? (isTable(nested) ? own(nested, 'cache') : false);
  if (!isOn(String(stated))) return [];
  const message = `${path}: install.cache = ${safeText(String(stated), 20)} would link what is installed out of a cache, so that it could not be compared with what passed the gate`;
  return [reason('WP-BYPASS-CONFIG', message, 'Switch it off: pdm config install.cache false')];
}

function selfTargets(interpreter: string | null): readonly InstallTarget[] {
  return interpreter === null ? [] : [{ kind: 'interpreter', path: interpreter }];
}
