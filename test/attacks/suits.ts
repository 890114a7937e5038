// SPDX-License-Identifier: Apache-2.0
import { isTool, newest, type AnyInstaller } from '../world/installer-versions.ts';
import type { Scene } from './attack.ts';

/** Whether a scene can be played with this installer at all. */
export function suits(scene: Scene, installer: AnyInstaller, version: string): boolean {
  if (scene.newestOf !== undefined && scene.newestOf === installer && version !== newest(installer))
    return false;
  if (scene.installers !== undefined) return scene.installers.includes(installer);
  // Words of its own are pip's or uv's.
  return !isTool(installer) || (scene.words === undefined && scene.newestOf === undefined);
}
