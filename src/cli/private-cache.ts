// SPDX-License-Identifier: Apache-2.0
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Installer, Intent, InstallTarget } from '../core/installer.ts';
import type { Policy } from '../policy/index.ts';
import { findPlaces } from './wire.ts';
import { openWheelKeeping, type WheelKeeping } from './wheel-keeping.ts';
import type { Wiring } from './wiring.ts';

/** Whose cache it is, and under which policy. */
export interface CacheOwner {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly policy: Pick<Policy, 'digest'>;
  readonly installer: Pick<Installer, 'name'>;
  readonly intent: Pick<Intent, 'keepsApart' | 'keepsWheels' | 'passingEnvironments' | 'targets'>;
}

export function cacheDirectoryOf({ environment, policy, installer, intent }: CacheOwner): string {
  const { cache } = findPlaces(environment);
  const name = intent.keepsApart === true ? `${installer.name}-${process.pid}` : installer.name;
  return path.join(cache, 'installers', policy.digest.slice(0, 16), name);
}

/** Removes the cache that is one run's alone; other runs' are left as they are. */
export async function dropCacheApart(owner: CacheOwner): Promise<void> {
  if (owner.intent.keepsApart !== true) return;
  // What stays all the same is nobody's: the next run by this number removes it before it begins.
  await rm(cacheDirectoryOf(owner), { recursive: true, force: true }).catch(() => undefined);
}

/** @throws Refusal as {@link openWheelKeeping} */
export async function keepingFor(owner: CacheOwner, wiring: Wiring): Promise<WheelKeeping | null> {
  if (owner.intent.keepsWheels !== true) return null;
  const { data } = findPlaces(owner.environment);
  const lasting = cacheDirectoryOf(owner);
  return await openWheelKeeping(
    { lasting, runs: `${lasting}-runs`, kept: `${lasting}-kept`, list: path.join(data, 'kept') },
    wiring,
  );
}

/** Where the run may install, environments in its private cache with it. */
export function targetsOf(owner: CacheOwner): readonly InstallTarget[] {
  const { targets, passingEnvironments } = owner.intent;
  if (passingEnvironments === undefined) return targets;
  const folder = path.join(cacheDirectoryOf(owner), passingEnvironments);
  return [...targets, { kind: 'environments', path: folder }];
}
