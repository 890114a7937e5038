// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import type { Installer } from '../core/installer.ts';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { toxOverride } from './tox-override.ts';
import { readToxProject } from './tox-project.ts';
import { judgeTox } from './tox-settings.ts';
import { uvSettings } from './uv-underneath.ts';

/** tox 4; steered by the environment alone, of which it hands on what it is told to. */
export function createTox(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'tox',
    synopsis: 'tox: environments, and what runs in them',
    program: /^tox(?:\.exe)?$/u,
    module: 'tox',
    project: 'tox',
    version: /^(\d\S*)/mu,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const { directory, environment } = call;
  const [first] = scanArguments(argv, TABLE, 1).words;
  const verb = first?.text ?? 'legacy';
  const scan = scanArguments(argv, TABLE);
  const stated = (option: string, variable: string): string | undefined =>
    valuesOf(scan, option).at(-1) ?? (environment[variable] || undefined);
  const project = await readToxProject(machine, call, stated('--conf', 'TOX_CONFIG_FILE'));
  const root = resolve(directory, stated('--root', 'TOX_ROOT_DIR') ?? project.root);
  const judged = await judgeTox(machine, environment, { ...project, root });
  const folder = stated('--workdir', 'TOX_WORK_DIR') ?? join(root, '.tox');
  const pip = await pipUnderneath(machine, call);
  const uv = await uvSettings(ports, call, root);
  const looks = has(scan, '--list', '-l', '--showconfig') || LOOKS.has(verb);
  return {
    // To look at its settings, too, tox installs the plugins that they require.
    fetches: !has(scan, '--help', '-h', '--version'),
    // Without tests, there is nothing that wants its own network.
    runsProgram: !has(scan, '--notest', '-n') && !looks,
    asked: { options: pip.options },
    targets: [{ kind: 'environments', path: resolve(directory, folder) }, ...judged.targets],
    caFiles: pip.caFiles,
    refusals: [...judged.refusals, ...uv.refusals],
    variables: () => ({
      TOX_OVERRIDE: toxOverride(environment['TOX_OVERRIDE'], judged.passing),
    }),
  };
}

const TABLE: OptionTable = {
  values: new Set(
    `--alwayscopy --colored --conf --develop --discover --env --exit-and-dump-after
     --extras-override --factor --hashseed --installpkg --label --list-dependencies --override
     --parallel --result-json --root --runner --skip-env --workdir`
      .trim()
      .split(/\s+/u)
      .filter((name) => !['--alwayscopy', '--develop', '--list-dependencies'].includes(name)),
  ),
  switches: new Set(),
  aliases: new Map([
    ['-c', '--conf'],
    ['-e', '--env'],
    ['-f', '--factor'],
    ['-m', '--label'],
    ['-p', '--parallel'],
    ['-x', '--override'],
  ]),
  beginnings: false,
};

/** They run nothing of the project's own. */
const LOOKS: ReadonlySet<string> = new Set([
  'c',
  'config',
  'd',
  'de',
  'depends',
  'devenv',
  'l',
  'list',
  'man',
  'q',
  'quickstart',
  'schema',
]);
