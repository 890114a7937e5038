// SPDX-License-Identifier: Apache-2.0
import type { StagedFolder } from '../core/tuf-repository.ts';
import { readState } from './repository-state.ts';

/** What nothing names any more stays so long: somebody on a slow link is fetching it. */
const KEPT_UNNAMED = 24 * 3_600_000;

/**
 * Removes versions that the snapshot has not named for a day: each but the roots, once its
 * successor is that old. Versions above the published one stay, so that none is given twice.
 * @returns the names that were removed.
 */
export async function collectMetadata(
  folder: StagedFolder,
  now: number,
): Promise<readonly string[]> {
  const { snapshot } = await readState(folder);
  const current = new Map([['snapshot', snapshot.version]]);
  for (const [name, { version }] of snapshot.meta)
    current.set(name.replace(/\.json$/u, ''), version);
  const removed: string[] = [];
  for (const [role, versions] of await versionsByRole(folder)) {
    const named = current.get(role) ?? 0;
    versions.sort((left, right) => left - right);
    for (const [place, version] of versions.entries()) {
      const successor = versions[place + 1];
      if (version >= named || successor === undefined) break;
      const since = await folder.changedAt(`${successor}.${role}.json`);
      if (since === null || now - since <= KEPT_UNNAMED) continue;
      await folder.remove(`${version}.${role}.json`);
      removed.push(`${version}.${role}.json`);
    }
  }
  return removed;
}

async function versionsByRole(folder: StagedFolder): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const name of await folder.list()) {
    const parts = /^(?<version>[1-9]\d{0,15})\.(?<role>.+)\.json$/u.exec(name)?.groups;
    const role = parts?.['role'] ?? 'root';
    if (role === 'root') continue; // a client that was away for years walks them all
    found.set(role, [...(found.get(role) ?? []), Number(parts?.['version'])]);
  }
  return found;
}
