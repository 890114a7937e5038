// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from 'node:path';
import type { Installer, InstallTarget } from '../core/installer.ts';
import { activeEnvironment } from './active-environment.ts';
import { has, scanArguments, valuesOf, type OptionTable } from './argument-scan.ts';
import { innerTools } from './inner-tools.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { UNKNOWN_PLACE } from './unknown-place.ts';
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
  const { machine } = ports;
  const { directory, environment } = call;
  const scan = scanArguments(
    argv.map((word) => LONG.get(word) ?? word),
    TABLE,
  );
  const noxfile = resolve(directory, valuesOf(scan, '--noxfile').at(-1) ?? 'noxfile.py');
  const isThere = (await machine.kindOf(noxfile)) === 'file';
  const program = isThere ? ((await machine.readText(noxfile)) ?? '') : '';
  const stated = valuesOf(scan, '--envdir').at(-1);
  const own = stated === undefined ? placesIn(program) : [];
  const pip = await pipUnderneath(machine, call);
  const uv = await uvSettings(ports, call, dirname(noxfile));
  const python = await machine.findProgram('python', environment, directory);
  const inner = await innerTools(machine, call);
  const folders = [
    ...(stated === undefined ? [] : [resolve(directory, stated)]),
    ...['.nox', environment['NOX_ENVDIR'] ?? '', ...(own ?? [])].flatMap((path) =>
      path === '' ? [] : [resolve(dirname(noxfile), path)],
    ),
  ];
  return {
    // To list its sessions, too, nox installs what a noxfile requires for itself (PEP 723).
    fetches: !has(scan, '--help', '-h', '--version'),
    runsProgram: !has(scan, '--install-only', ...LISTS),
    asked: { options: pip.options },
    targets: [
      ...folders.map((path): InstallTarget => ({ kind: 'environments', path })),
      // A session without an environment of its own.
      ...activeEnvironment(call),
      ...(python === null ? [] : [{ kind: 'interpreter', path: python } as const]),
    ],
    caFiles: pip.caFiles,
    notes: own === null ? [UNKNOWN_PLACE] : [],
    refusals: uv.refusals,
    variables: () => inner,
  };
}

/** Where a noxfile says that environments lie; `null` where it says so and nobody can tell what. */
function placesIn(program: string): readonly string[] | null {
  const lines = program.split('\n').filter((line) => /\benvdir\b/u.test(line));
  const stated = lines.map((line) => LITERAL.exec(line)?.[2] ?? null);
  return stated.every((path) => path !== null) ? stated : null;
}

const LITERAL = /\benvdir\s*=\s*(["'])([^"'\\]+)\1\s*(?:#.*)?$/u;

const LISTS = ['--list', '--list-sessions', '-l'];

/** Two letters behind one dash are one option, as nox has them. */
const LONG: ReadonlyMap<string, string> = new Map([
  ['-db', '--default-venv-backend'],
  ['-fb', '--force-venv-backend'],
  ['-ts', '--add-timestamp'],
]);

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
