// SPDX-License-Identifier: Apache-2.0
import type { Call } from '../core/installer.ts';
import type { Machine } from '../core/machine.ts';
import { environmentsFolder, readPoetrySettings } from './poetry-settings.ts';
import { toxOverride } from './tox-override.ts';

/**
 * What other tools need to be held, and to leave their environments where they are, when a command
 * of the user's own starts them. @throws Refusal `WP-USAGE`
 */
export async function innerTools(
  machine: Machine,
  call: Call,
): Promise<Readonly<Record<string, string>>> {
  const settings = await readPoetrySettings(machine, call, call.directory);
  return {
    // By default environments lie inside Poetry's cache, which is a private one now.
    POETRY_VIRTUALENVS_PATH: environmentsFolder(settings, call),
    POETRY_SYSTEM_GIT_CLIENT: 'true',
    PDM_NO_CACHE: '1',
    PDM_PYPI_JSON_API: 'false',
    TOX_OVERRIDE: toxOverride(call.environment['TOX_OVERRIDE'], []),
  };
}
