// SPDX-License-Identifier: Apache-2.0
import { isTool, newest, type AnyInstaller } from '../world/installer-versions.ts';
import type { Scene } from './attack.ts';

/** Whether a scene can be played with this installer at all. */
export function suits(scene: Scene, installer: AnyInstaller, version: string): boolean {
  return whyNot(scene, installer, version) === null;
}

/** Why a scene is not played with this installer; `null` where it is. */
export function whyNot(scene: Scene, installer: AnyInstaller, version: string): string | null {
  const { installers, newestOf, notBy, words } = scene;
  const why = notBy?.[installer];
  if (why !== undefined) return why;
  if (newestOf === installer && version !== newest(installer)) return 'older ones do not know it';
  if (installers !== undefined)
    return installers.includes(installer) ? null : `it is asked of ${installers.join(', ')}`;
  if (!isTool(installer)) return null;
  return words === undefined && newestOf === undefined ? null : 'the words are not its own';
}
