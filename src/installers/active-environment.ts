// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import type { Call, InstallTarget } from '../core/installer.ts';

/** The virtual or conda environment that is switched on in the user's shell. */
export function activeEnvironment({ environment, directory }: Call): readonly InstallTarget[] {
  const path = environment['VIRTUAL_ENV'] || environment['CONDA_PREFIX'];
  return path ? [{ kind: 'environment', path: resolve(directory, path) }] : [];
}
