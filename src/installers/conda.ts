// SPDX-License-Identifier: Apache-2.0
import type { Installer } from '../core/installer.ts';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';

/**
 * conda, mamba and micromamba: the pip that they start for the `pip:` part of an environment file
 * is steered by its own variables, and they themselves are left as they are.
 */
export function createConda(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'conda',
    synopsis: 'conda, mamba, micromamba: their pip part; conda’s own packages are outside',
    program: /^(?:conda|mamba|micromamba)(?:\.exe)?$/u,
    module: null,
    project: 'conda',
    version: /(\d+\.\d\S*)/u,
    pipAlone: true,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const [first] = scanArguments(argv, TABLE, 1).words;
  const runs = first?.text === 'run';
  const scan = scanArguments(argv, TABLE, runs ? 1 : Infinity);
  const verb = scan.words
    .slice(0, 2)
    .map(({ text }) => text)
    .join(' ');
  const fetches = FETCHES.test(verb) && (runs || !has(scan, '--help', '-h', '--version'));
  const pip = fetches ? await pipUnderneath(machine, call) : { options: [], caFiles: [] };
  const stated = valuesOf(scan, '--file');
  const usual = verb.startsWith('env ') && stated.length === 0 ? ['environment.yml'] : [];
  const files = [...stated, ...usual].filter((path) => /\.ya?ml$/u.test(path));
  return {
    fetches,
    runsProgram: true,
    asked: {
      files: files.map((path) => ({ path, constraint: false, where: 'command line' })),
      options: pip.options,
    },
    caFiles: pip.caFiles,
    // Of a conda environment most is conda's own, so that none is looked at.
    installs: fetches && !runs,
    notes: fetches ? [OUTSIDE] : [],
  };
}

const OUTSIDE =
  'What conda itself fetches and installs is outside: wheelproof holds the pip that it starts, and nothing else of it.';

const FETCHES = /^(?:create|install|update|upgrade|run|env (?:create|update))\b/u;

const TABLE: OptionTable = {
  values: new Set(['--channel', '--file', '--name', '--prefix', '--solver']),
  switches: new Set(),
  aliases: new Map([
    ['-c', '--channel'],
    ['-f', '--file'],
    ['-n', '--name'],
    ['-p', '--prefix'],
  ]),
  beginnings: false,
};
