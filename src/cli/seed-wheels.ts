// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openWheelFiles } from '../archive/index.ts';
import type { HeldBytes } from '../core/bytes.ts';
import { parseDistributionFilename } from '../core/distribution-filename.ts';
import type { WheelFiles } from '../core/host.ts';
import { HOLD_LIMIT_BYTES } from '../core/limits.ts';
import type { Intent } from '../core/installer.ts';
import { installedFiles } from '../host/index.ts';
import type { Grounds } from '../verify/index.ts';

/** The seeds of a run's installer, for looking at what it installed. */
export function seedsFor({ seeds = [] }: Pick<Intent, 'seeds'>): Pick<Grounds, 'seeds'> {
  if (seeds.length === 0) return {};
  return { seeds: (project, version) => seedsOf(seeds, project, version) };
}

/**
 * Wheels that are part of an installer and that new environments are seeded with (pip, setuptools):
 * they came with it, so what they bring is the installer's own.
 */
async function seedsOf(
  folders: readonly string[],
  project: string,
  version: string,
): Promise<readonly WheelFiles[]> {
  const found: WheelFiles[] = [];
  for (const folder of folders) {
    for (const { name } of await installedFiles.list(folder)) {
      const parsed = parseDistributionFilename(name);
      if (parsed?.kind !== 'wheel' || parsed.project !== project || parsed.version !== version)
        continue;
      const bytes = await installedFiles.read(join(folder, name), HOLD_LIMIT_BYTES);
      if (bytes !== null) found.push(await openWheelFiles(name, heldInMemory(bytes)));
    }
  }
  return found;
}

function heldInMemory(bytes: Uint8Array): HeldBytes {
  return {
    size: bytes.length,
    digests: { sha256: createHash('sha256').update(bytes).digest('hex') },
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}
