// SPDX-License-Identifier: Apache-2.0
import type { Installer } from '../core/installer.ts';
import { createPdm } from './pdm.ts';
import { createPip } from './pip.ts';
import { createPipenv } from './pipenv.ts';
import { createPoetry } from './poetry.ts';
import type { InstallerKind, InstallerPorts } from './ports.ts';
import { createUv } from './uv.ts';

export type { InstallerKind, InstallerPorts } from './ports.ts';

export const INSTALLER_KINDS: readonly InstallerKind[] = [
  createPip,
  createUv,
  createPoetry,
  createPipenv,
  createPdm,
];

/** Every installer that is known, in the order in which they are asked whether words are theirs. */
export function createInstallers(ports: InstallerPorts): readonly Installer[] {
  return INSTALLER_KINDS.map((create) => create(ports));
}
