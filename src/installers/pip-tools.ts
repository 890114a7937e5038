// SPDX-License-Identifier: Apache-2.0
import { basename, resolve } from 'node:path';
import type { Installer, InstallTarget } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import { activeEnvironment } from './active-environment.ts';
import { has, scanArguments, valuesOf, type OptionTable, type Scan } from './argument-scan.ts';
import { passedPipArguments } from './passed-arguments.ts';
import {
  NO_SETTINGS,
  pipToolsSettings,
  SOURCES,
  STRONGER,
  strongerRefusal,
  type PipToolsSettings,
} from './pip-tools-settings.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { projectRequirements, tomlAt } from './project-file.ts';
import type { Asked } from './run-outlook.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';

/** pip-compile and pip-sync of pip-tools 7; steered by the environment alone. */
export function createPipTools(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'pip-tools',
    synopsis: 'pip-compile and pip-sync of pip-tools',
    program: /^pip-(?:compile|sync)(?:\.exe)?$/u,
    module: 'piptools',
    project: 'pip-tools',
    version: /version (\S+)/u,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, starter, call, home }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const byModule = !basename(starter[0] ?? '').startsWith('pip-');
  const [first] = byModule ? scanArguments(argv, TABLE, 1).words : [];
  const syncs = (byModule ? first?.text : basename(starter[0] ?? ''))?.includes('sync') === true;
  const scan = scanArguments(argv, TABLE);
  const words = scan.words.slice(byModule ? 1 : 0).map(({ text }) => text);
  const pip = await pipUnderneath(machine, call);
  const named = valuesOf(scan, '--config');
  const standing = has(scan, '--no-config')
    ? NO_SETTINGS
    : await pipToolsSettings(machine, call.directory, { named, words });
  return {
    fetches: !has(scan, '--help', '-h', '--version') && (!byModule || first !== undefined),
    asked: {
      ...(await sources(ports, syncs, [...words, ...standing.files], call.directory)),
      options: [...pip.options, ...standing.sources, ...statedSources(scan)],
    },
    targets: syncs ? targets(scan, standing, activeEnvironment(call), home.interpreter) : [],
    installs: syncs && !has(scan, '--dry-run'),
    caFiles: pip.caFiles,
    refusals: [
      ...STRONGER.filter((name) => has(scan, name)).map((name) => strongerRefusal(name, WORDS)),
      ...passedPipArguments(valuesOf(scan, '--pip-args').join(' '), '--pip-args'),
      ...standing.refusals,
    ],
    variables: () => ({
      // pip-compile writes what it reads there into the file that it makes.
      PIP_TRUSTED_HOST: '',
    }),
  };
}

const WORDS = 'command line';

const TABLE: OptionTable = {
  values: new Set(
    `--annotation-style --build-deps-for --cache-dir --cert --client-cert --config --constraint
     --extra --extra-index-url --find-links --index-url --max-rounds --newline --output-file
     --pip-args --python-executable --resolver --trusted-host --unsafe-package --upgrade-package
     --uploaded-prior-to`
      .trim()
      .split(/\s+/u),
  ),
  switches: new Set(),
  aliases: new Map([
    ['-P', '--upgrade-package'],
    ['-c', '--constraint'],
    ['-f', '--find-links'],
    ['-i', '--index-url'],
    ['-o', '--output-file'],
  ]),
  beginnings: false,
};

function statedSources(scan: Scan): readonly StatedOption[] {
  return SOURCES.flatMap((name) =>
    valuesOf(scan, name).map((value) => ({ name, value, where: WORDS })),
  );
}

/** Without words, pip-compile takes requirements.in or a project, pip-sync requirements.txt. */
async function sources(
  { machine }: InstallerPorts,
  syncs: boolean,
  words: readonly string[],
  directory: string,
): Promise<Pick<Asked, 'files' | 'requirements'>> {
  const usual = syncs ? ['requirements.txt'] : ['requirements.in', 'pyproject.toml'];
  const requirements: Asked['requirements'][number][] = [];
  const files: Asked['files'][number][] = [];
  for (const path of words.length > 0 ? words : usual) {
    const whole = resolve(directory, path);
    if ((await machine.kindOf(whole)) !== 'file') continue;
    if (basename(path) === 'pyproject.toml') {
      const table = await tomlAt(machine, whole);
      requirements.push(...projectRequirements({ root: directory, path: whole, table }));
    } else if (!/^setup\.(?:py|cfg)$/u.test(basename(path))) {
      files.push({ path, constraint: false, where: WORDS });
    }
  }
  return { files, requirements };
}

function targets(
  scan: Scan,
  { python }: PipToolsSettings,
  active: readonly InstallTarget[],
  interpreter: string | null,
): readonly InstallTarget[] {
  const stated = valuesOf(scan, '--python-executable').at(-1) ?? python;
  if (stated !== null) return [{ kind: 'interpreter', path: stated }];
  const own: readonly InstallTarget[] =
    interpreter === null ? [] : [{ kind: 'interpreter', path: interpreter }];
  return [...own, ...active];
}
