// SPDX-License-Identifier: Apache-2.0
import { keyPin, type Authority } from '../world/certificates.ts';
import type { Stage } from './stage.ts';

/** A policy that pins the world's own authority for the index. */
export function pinnedIndex({ world }: Stage): string {
  return `[[index]]\nurl = "${world.index}"\npins = ["${keyPin(world.authority.caPem)}"]\n`;
}

/** The same for any other host. */
export function pinnedHost(name: string): (stage: Stage) => string {
  return ({ world }) => `[[host]]\nname = "${name}"\npins = ["${keyPin(world.authority.caPem)}"]\n`;
}

/** A bundle of the world's authority and another one. */
export async function bothTrusted(stage: Stage, other: Authority): Promise<string> {
  return await stage.write('bundle.pem', `${stage.world.authority.caPem}${other.caPem}`);
}
