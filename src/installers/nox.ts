// SPDX-License-Identifier: Apache-2.0
import { dirname, join, resolve } from 'node:path';
import type { Installer } from '../core/installer.ts';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { uvSettings } from './uv-underneath.ts';

/** nox; its noxfile is a program of the user's own. */
export function createNox(ports: InstallerPorts): Installer {
  return createTool(ports, {
    name: 'nox',
    synopsis: 'nox: sessions, and what runs in them',
    program: /^nox(?:\.exe)?$/u,
    module: 'nox',
    project: 'nox',
    version: /^(\d\S*)/mu,
    look: lookAt,
  });
}

async function lookAt({ ports, argv, call }: ToolRun): Promise<ToolOutlook> {
  const scan = scanArguments(argv, TABLE);
  const noxfile = resolve(call.directory, valuesOf(scan, '--noxfile').at(-1) ?? 'noxfile.py');
  const stated = valuesOf(scan, '--envdir').at(-1) ?? call.environment['NOX_ENVDIR'] ?? '';
  const folder = stated === '' ? join(dirname(noxfile), '.nox') : resolve(call.directory, stated);
  const pip = await pipUnderneath(ports.machine, call);
  const uv = await uvSettings(ports, call, dirname(noxfile));
  return {
    fetches: !has(scan, '--help', '-h', '--version', '--list', '--list-sessions', '-l'),
    runsProgram: !has(scan, '--install-only'),
    asked: { options: pip.options },
    targets: [{ kind: 'environments', path: folder }],
    caFiles: pip.caFiles,
    refusals: uv.refusals,
  };
}

const TABLE: OptionTable = {
  values: new Set(
    `--default-venv-backend --download-python --envdir --force-venv-backend --keywords --noxfile
     --parallel --report --reuse-venv --script-mode --script-venv-backend --usage`
      .trim()
      .split(/\s+/u),
  ),
  switches: new Set(),
  aliases: new Map([
    ['-f', '--noxfile'],
    ['-k', '--keywords'],
    ['-j', '--parallel'],
  ]),
  beginnings: false,
};
