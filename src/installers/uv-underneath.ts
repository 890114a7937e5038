// SPDX-License-Identifier: Apache-2.0
import type { Reason } from '../core/errors.ts';
import type { Call } from '../core/installer.ts';
import { buildVariableRefusal } from './build-variables.ts';
import type { InstallerPorts } from './ports.ts';
import { bypassOfOption } from './run-outlook.ts';
import { isOn } from './uv-targets.ts';
import { readUvConfiguration } from './uv-configuration.ts';
import { proxyRefusal } from './uv-proxy.ts';

/** What uv's own settings mean for a tool that starts uv: what beats its environment is refused. */
export async function uvSettings(
  { machine }: InstallerPorts,
  { environment }: Call,
  project: string,
): Promise<{ readonly refusals: readonly Reason[] }> {
  const file = environment['UV_CONFIG_FILE'] ?? '';
  const { options } = await readUvConfiguration(machine, {
    environment,
    project,
    ignoresProject: false,
    noFiles: isOn(environment['UV_NO_CONFIG']),
    onlyFile: file === '' ? null : file,
    script: null,
  });
  return {
    refusals: options.flatMap((option) => [
      ...proxyRefusal(option),
      ...buildVariableRefusal(option),
      ...bypassOfOption(option),
    ]),
  };
}
