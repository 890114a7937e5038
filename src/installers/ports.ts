// SPDX-License-Identifier: Apache-2.0
import type { Installer } from '../core/installer.ts';
import type { PinReader } from '../core/lockfile.ts';
import type { Machine } from '../core/machine.ts';

/** What an installer's file needs to look at a run beforehand. */
export interface InstallerPorts {
  readonly machine: Machine;
  readonly pins: PinReader;
}

/** One installer: one file in this room that exports such a function, one line in `index.ts`. */
export type InstallerKind = (ports: InstallerPorts) => Installer;
