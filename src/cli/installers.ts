// SPDX-License-Identifier: Apache-2.0
import type { Installer } from '../core/installer.ts';
import { thisMachine } from '../host/index.ts';
import { createInstallers } from '../installers/index.ts';
import { createPinReader } from '../lockfiles/index.ts';

/** Every installer that is known, looking at the machine we run on. */
export function installersHere(): readonly Installer[] {
  const pins = createPinReader((path) => thisMachine.readText(path));
  return createInstallers({ machine: thisMachine, pins });
}
