// SPDX-License-Identifier: Apache-2.0
import type { Absent, Lane, Track } from '../lane.ts';
import { devpiLanes } from './devpi.ts';
import { proxpiLanes } from './proxpi.ts';
import { safeChainLanes } from './safe-chain.ts';

export const PEERS = new Map([
  ['proxpi', proxpiLanes],
  ['devpi', devpiLanes],
  ['safe-chain', safeChainLanes],
]);

/** Those that can be had, and why the others cannot. */
export async function openPeers(
  names: readonly string[],
  cache: string,
  track: Track,
): Promise<{ readonly lanes: readonly Lane[]; readonly absent: readonly Absent[] }> {
  const lanes: Lane[] = [];
  const absent: Absent[] = [];
  for (const name of names) {
    try {
      lanes.push(...((await PEERS.get(name)?.(cache, track)) ?? []));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(`  ${name} cannot take part: ${reason}\n`);
      absent.push({ name, reason });
    }
  }
  return { lanes, absent };
}
