// SPDX-License-Identifier: Apache-2.0
import type { Installer } from '../core/installer.ts';
import { createAnyCommand } from './any-command.ts';
import { createConda } from './conda.ts';
import { createHatch } from './hatch.ts';
import { createNox } from './nox.ts';
import { createPdm } from './pdm.ts';
import { createPip } from './pip.ts';
import { createPipenv } from './pipenv.ts';
import { createPipTools } from './pip-tools.ts';
import { createPoetry } from './poetry.ts';
import type { InstallerKind, InstallerPorts } from './ports.ts';
import { createTox } from './tox.ts';
import { createUv } from './uv.ts';

export type { InstallerKind, InstallerPorts } from './ports.ts';
export { judgedFolder } from './wheelhouses.ts';

export const INSTALLER_KINDS: readonly InstallerKind[] = [
  createPip,
  createUv,
  createPoetry,
  createPipenv,
  createPdm,
  createPipTools,
  createHatch,
  createTox,
  createNox,
  createConda,
  createAnyCommand,
];

/** Every installer that is known, in the order in which they are asked whether words are theirs. */
export function createInstallers(ports: InstallerPorts): readonly Installer[] {
  return INSTALLER_KINDS.map((create) => create(ports));
}
