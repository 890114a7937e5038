// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { Refusal } from '../core/errors.ts';
import type { Call, Installer, InstallTarget, Located } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { safeText } from '../core/safe-text.ts';
import { activeEnvironment } from './active-environment.ts';
import { innerTools } from './inner-tools.ts';
import { pipUnderneath } from './pip-underneath.ts';
import type { InstallerPorts } from './ports.ts';
import { createTool, type ToolOutlook, type ToolRun } from './steered-tool.ts';
import { uvSettings } from './uv-underneath.ts';

/** `wheelproof run -- COMMAND …`: whatever else installs (make, a script, pipx). */
export function createAnyCommand(ports: InstallerPorts): Installer {
  const tool = createTool(ports, {
    name: 'run',
    synopsis: 'run -- COMMAND …: any other command, with whatever it starts',
    program: /^$/u,
    module: null,
    project: 'run',
    version: /$^/u,
    look: lookAt,
  });
  return {
    ...tool,
    recognise(words) {
      if (words[0] !== 'run') return null;
      const start = words[1] === '--' ? 3 : 2;
      return { starter: words.slice(0, start), argv: words.slice(start) };
    },
    locate: ({ starter }, call) => locate(ports.machine, starter.at(-1) ?? '', call, starter),
  };
}

async function locate(
  machine: Machine,
  word: string,
  { environment, directory }: Call,
  starter: readonly string[],
): Promise<Located> {
  if (starter.length < 2 || word === '--') {
    const hint = 'wheelproof run -- make install';
    throw new Refusal('WP-USAGE', { message: 'run needs a command', hint });
  }
  const program = await machine.findProgram(word, environment, directory);
  if (program !== null) return { program, prefix: [], version: '' };
  throw new Refusal('WP-INSTALLER-NOT-FOUND', {
    message: `${safeText(word, 200)} was not found on PATH`,
  });
}

async function lookAt({ ports, call }: ToolRun): Promise<ToolOutlook> {
  const { machine } = ports;
  const pip = await pipUnderneath(machine, call);
  const uv = await uvSettings(ports, call, call.directory);
  const inner = await innerTools(machine, call);
  return {
    fetches: true,
    asked: { options: pip.options },
    targets: await likelyTargets(machine, call),
    installs: true,
    caFiles: pip.caFiles,
    refusals: uv.refusals,
    variables: () => inner,
  };
}

/** Nobody can tell where a command installs: these are the places where most do. */
async function likelyTargets(machine: Machine, call: Call): Promise<readonly InstallTarget[]> {
  const { environment, directory } = call;
  const python = await machine.findProgram('python3', environment, directory);
  const local = join(environment['HOME'] ?? '/', '.local');
  const data = environment['XDG_DATA_HOME'] || join(local, 'share');
  const many = [
    environment['PIPX_HOME'] || join(data, 'pipx'),
    join(local, 'pipx'),
    environment['UV_TOOL_DIR'] || join(data, 'uv', 'tools'),
    '.tox',
    '.nox',
  ];
  return [
    ...activeEnvironment(call),
    ...['.venv', 'venv', 'env'].map((name): InstallTarget => ({
      kind: 'environment',
      path: resolve(directory, name),
    })),
    ...(python === null ? [] : [{ kind: 'interpreter', path: python } as const]),
    ...[...new Set(many)].map((path): InstallTarget => ({
      kind: 'environments',
      path: resolve(directory, path),
    })),
  ];
}
