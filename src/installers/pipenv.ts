// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from 'node:path';
import type { Installer, InstallTarget, Intent } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import { has, scanArguments, valuesOf, type OptionTable, type Scan } from './argument-scan.ts';
import { readDotEnv } from './dotenv.ts';
import { passedPipArguments } from './passed-arguments.ts';
import { pipUnderneath } from './pip-underneath.ts';
import {
  findPipfile,
  pipenvTargets,
  pipfileRequirements,
  pipfileSources,
  type Pipfile,
} from './pipenv-project.ts';
import type { InstallerPorts } from './ports.ts';
import type { Asked } from './run-outlook.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';

/** pipenv 2023 and later; steered by the environment alone. */
export function createPipenv(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'pipenv',
    synopsis: 'pipenv: install, lock, sync, update, upgrade, run',
    program: /^pipenv(?:\.exe)?$/u,
    module: 'pipenv',
    project: 'pipenv',
    version: /pipenv, version (\S+)/u,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const [first] = scanArguments(argv, TABLE, 1).words;
  const verb = first?.text ?? '';
  const runsProgram = verb === 'run' || verb === 'shell';
  const scan = scanArguments(argv, TABLE, runsProgram ? 1 : Infinity);
  const pipfile = await findPipfile(machine, call);
  const pip = await pipUnderneath(machine, call);
  const dotEnv = await readDotEnv(machine, call, { pipfile, needed: runsProgram });
  const system = has(scan, '--system') ? await systemTarget({ ports, call }) : [];
  return {
    fetches: !LOCAL_VERBS.has(verb) && (runsProgram || !has(scan, '--help', '-h')),
    runsProgram,
    asked: {
      ...(pipfile === null
        ? {}
        : { project: { directories: [dirname(pipfile.path)], own: PYLOCKS } }),
      requirements: [
        ...wordRequirements(verb, scan),
        ...(pipfile === null ? [] : pipfileRequirements(pipfile)),
      ],
      files: [
        ...valuesOf(scan, '--requirements').map((path) => ({
          path,
          constraint: false,
          where: WORDS,
        })),
        ...(pipfile === null ? [] : await lockFile(ports, pipfile, verb)),
      ],
      options: [
        ...(pipfile === null ? [] : pipfileSources(pipfile, call)),
        ...mirrors(scan, call.environment['PIPENV_PYPI_MIRROR'] ?? ''),
        ...pip.options,
      ],
    },
    targets: [...(await pipenvTargets(machine, call, pipfile)), ...system],
    installs: INSTALLS.has(verb) && !has(scan, '--dry-run', '--lock-only'),
    caFiles: pip.caFiles,
    notes: dotEnv.notes,
    refusals: [
      ...dotEnv.refusals,
      ...passedPipArguments(valuesOf(scan, PASSED).join(' '), `${WORDS}: ${PASSED}`),
      ...passedPipArguments(call.environment[PASSED_VARIABLE] ?? '', PASSED_VARIABLE),
    ],
    variables: ({ passingDirectory }) => ({
      // It keeps what metadata said, false as it may have proved: not beyond the run.
      PIPENV_CACHE_DIR: join(passingDirectory, 'pipenv'),
      ...(dotEnv.leftOut ? { PIPENV_DONT_LOAD_ENV: '1' } : {}),
    }),
  };
}

/** It takes this one before its own, where it is there. */
const PYLOCKS = ['pylock.toml'];
const WORDS = 'command line';
const PASSED = '--extra-pip-args';
const PASSED_VARIABLE = 'PIPENV_EXTRA_PIP_ARGS';

const TABLE: OptionTable = {
  values: new Set(
    `--backend --categories --config-settings --editable --extra-pip-args --extras --index
     --output --pypi-mirror --python --requirements --resolver`
      .trim()
      .split(/\s+/u),
  ),
  switches: new Set(),
  aliases: new Map([
    ['-e', '--editable'],
    ['-i', '--index'],
    ['-r', '--requirements'],
  ]),
  beginnings: true,
};

/** What is not named here is held to fetch. */
const LOCAL_VERBS: ReadonlySet<string> = new Set([
  '',
  'activate',
  'graph',
  'open',
  'remove',
  'requirements',
  'scripts',
  'verify',
]);

const INSTALLS: ReadonlySet<string> = new Set(['install', 'sync', 'update', 'upgrade']);

function wordRequirements(verb: string, scan: Scan): Asked['requirements'] {
  if (!['install', 'update', 'upgrade'].includes(verb)) return [];
  const words = scan.words.slice(1).map(({ text }) => text);
  return [...words, ...valuesOf(scan, '--editable')].map((text) => ({
    text,
    where: WORDS,
    lenient: true as const,
  }));
}

/** An index may also be named as the Pipfile names it. */
function mirrors(scan: Scan, variable: string): readonly StatedOption[] {
  const stated = valuesOf(scan, '--index', '--pypi-mirror').filter((value) => value.includes('/'));
  return [
    ...stated.map((value) => ({ name: '--index-url', value, where: WORDS })),
    ...(variable === ''
      ? []
      : [{ name: '--index-url', value: variable, where: 'PIPENV_PYPI_MIRROR' }]),
  ];
}

async function lockFile(
  { machine }: InstallerPorts,
  { path }: Pipfile,
  verb: string,
): Promise<Asked['files']> {
  // Beside it, whatever its own name is.
  const lock = `${path}.lock`;
  if ((await machine.kindOf(lock)) !== 'file') return [];
  const how = { format: 'Pipfile.lock', replaced: verb === 'lock' };
  return [{ path: lock, constraint: true, where: 'pipenv', ...how }];
}

async function systemTarget({
  ports: { machine },
  call,
}: Pick<ToolRun, 'ports' | 'call'>): Promise<Intent['targets']> {
  const python = await machine.findProgram('python3', call.environment, call.directory);
  const target: readonly InstallTarget[] =
    python === null ? [] : [{ kind: 'interpreter', path: python }];
  return target;
}
