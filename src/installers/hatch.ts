// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { reason, type Reason } from '../core/errors.ts';
import type { Call, Installer, InstallTarget } from '../core/installer.ts';
import { safeText } from '../core/safe-text.ts';
import { has, scanArguments, valuesOf, type OptionTable, type Scan } from './argument-scan.ts';
import {
  hatchRefusals,
  readHatchProject,
  requiresPlugins,
  usesSystem,
  type HatchProject,
} from './hatch-project.ts';
import { hatchTargets } from './hatch-targets.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { projectRequirements } from './project-file.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { own } from './toml.ts';
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

async function lookAt({ ports, argv, call, home }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const [first] = scanArguments(argv, TABLE, 1).words;
  const verb = first?.text ?? '';
  const runsProgram = RUNS.has(verb);
  const scan = scanArguments(argv, TABLE, runsProgram ? 1 : Infinity);
  const words = scan.words.map(({ text }) => text).slice(0, 2);
  const script = argv.slice(scan.end + 1).find((word) => word !== '--');
  const project = await readHatchProject(machine, call, {
    script: verb === 'run' ? script : undefined,
    config: valuesOf(scan, '--config').at(-1),
  });
  const pip = await pipUnderneath(machine, call);
  const uv = await uvSettings(ports, call, project.root);
  const local = LOCAL_VERBS.has(verb) || LOCAL_VERBS.has(words.join(' '));
  const stated = valuesOf(scan, '--data-dir').at(-1);
  const system = usesSystem(project)
    ? await machine.findProgram('python', call.environment, call.directory)
    : null;
  const interpreters = [requiresPlugins(project) ? home.interpreter : null, system];
  return {
    fetches: !local && (runsProgram || !has(scan, '--help', '-h', '--version')),
    runsProgram,
    asked: {
      requirements: project.file === null ? [] : projectRequirements(project.file),
      options: pip.options,
    },
    targets: [
      ...(await hatchTargets(machine, call, { project, stated })),
      ...interpreters.flatMap((path): readonly InstallTarget[] =>
        path === null ? [] : [{ kind: 'interpreter', path }],
      ),
    ],
    caFiles: pip.caFiles,
    refusals: [...hatchRefusals(project), ...elsewhere(scan, call, project), ...uv.refusals],
    variables: ({ cacheDirectory }) => ({ HATCH_CACHE_DIR: join(cacheDirectory, 'hatch') }),
  };
}

/** The settings of a project that is named were not looked at. */
function elsewhere(
  scan: Scan,
  { environment }: Call,
  { file, settings }: HatchProject,
): readonly Reason[] {
  const mode = own(settings, 'mode');
  const usual = own(settings, 'project');
  const meant = mode === 'project' || (mode === 'aware' && file === null) ? usual : undefined;
  const stated = valuesOf(scan, '--project').at(-1) ?? environment['HATCH_PROJECT'];
  const named = stated || (typeof meant === 'string' ? meant : '');
  if (named === '') return [];
  const message = `${safeText(named, 100)} is a project elsewhere, whose settings cannot be told beforehand`;
  return [reason('WP-BYPASS-CONFIG', message, 'Go into its folder, and leave --project out.')];
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
  'python find',
  'python remove',
  'python show',
]);
