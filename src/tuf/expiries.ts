// SPDX-License-Identifier: Apache-2.0
import type { StagedFolder } from '../core/tuf-repository.ts';
import { claimsIn } from './claims.ts';
import { BINS } from './documents.ts';
import { binNames, readBin, readState } from './repository-state.ts';

export interface Expiry {
  readonly role: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Each role with its end; of the bins, the one that ends first. */
export async function collectExpiries(folder: StagedFolder) {
  const state = await readState(folder);
  const { root, timestamp, snapshot, targets, bins, holders, threshold } = state;
  let first: Expiry | null = null;
  let count = 0;
  for (const role of binNames(state)) {
    count++;
    const version = snapshot.meta.get(`${role}.json`)?.version ?? 0;
    const { expires } = await readBin(folder, state, role, version);
    if (first === null || expires < first.expires) first = { role, version, expires };
  }
  const expiries: Expiry[] = [
    { role: 'root', version: root.version, expires: root.expires },
    { role: 'targets', version: targets.version, expires: targets.expires },
    { role: BINS, version: bins.version, expires: bins.expires },
    ...(await claimsIn(folder, state)).map(({ role, version, expires }) => ({
      role,
      version,
      expires,
    })),
    ...(first === null ? [] : [first]),
    { role: 'snapshot', version: snapshot.version, expires: snapshot.expires },
    { role: 'timestamp', version: timestamp.version, expires: timestamp.expires },
  ];
  return { holders, threshold, bins: count, expiries };
}
