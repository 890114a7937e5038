// SPDX-License-Identifier: Apache-2.0
import type { InstallTarget } from '../core/installer.ts';

export const UNKNOWN_PLACE =
  'Where this installs could not be told beforehand: what it puts there is not compared with what passed the gate.';

/** What a run that installs says where nobody could tell beforehand where it installs. */
export function unknownPlace(
  installs: boolean,
  targets: readonly InstallTarget[],
): readonly string[] {
  return installs && targets.length === 0 ? [UNKNOWN_PLACE] : [];
}
