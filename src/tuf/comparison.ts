// SPDX-License-Identifier: Apache-2.0
import type { StagedFolder } from '../core/tuf-repository.ts';
import { binNames, readBin, readState } from './repository-state.ts';

export interface TargetChange {
  readonly path: string;
  /** SHA-256; `null` where it is not signed. */
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Which targets two states of a repository sign differently, by path; each state is read as its own
 * roots say, whoever signed it, and expired or not.
 * @throws Refusal where one of them is not what its keys signed.
 */
export async function compareRepositories(
  before: StagedFolder,
  after: StagedFolder,
): Promise<readonly TargetChange[]> {
  const [old, next] = [await targetsOf(before), await targetsOf(after)];
  const paths = new Set([...old.keys(), ...next.keys()]);
  return [...paths]
    .filter((path) => old.get(path) !== next.get(path))
    .sort()
    .map((path) => ({ path, before: old.get(path) ?? null, after: next.get(path) ?? null }));
}

async function targetsOf(folder: StagedFolder): Promise<ReadonlyMap<string, string>> {
  const state = await readState(folder);
  const found = new Map<string, string>();
  for (const name of binNames(state)) {
    const version = state.snapshot.meta.get(`${name}.json`)?.version ?? 0;
    const bin = await readBin(folder, state, name, version);
    for (const [path] of bin.entries())
      found.set(path, bin.target(path)?.hashes['sha256'] ?? 'without sha256');
  }
  return found;
}
