// SPDX-License-Identifier: Apache-2.0
import type { Call } from '../core/installer.ts';
import type { StatedOption } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';
import { readPipConfiguration } from './pip-configuration.ts';
import { pipSettings, sourceOptions } from './pip-settings.ts';

/** What pip's own configuration says to the pip that a tool starts. */
export interface PipUnderneath {
  /** Where distributions come from. */
  readonly options: readonly StatedOption[];
  readonly caFiles: readonly string[];
}

/** pip.conf of the machine and of the user, and PIP_*. @throws Refusal `WP-USAGE` */
export async function pipUnderneath(machine: Machine, call: Call): Promise<PipUnderneath> {
  const levels = { verb: 'install', isolated: false, prefix: null };
  const configuration = await readPipConfiguration(machine, call, levels);
  const settings = pipSettings({ options: [], words: [], end: 0 }, configuration);
  return {
    // Our own variable takes the place of what is trusted there.
    options: sourceOptions(settings).filter(({ name }) => name !== '--trusted-host'),
    caFiles: [settings.one('--cert') ?? ''].filter((file) => file !== ''),
  };
}
