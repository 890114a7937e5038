// SPDX-License-Identifier: Apache-2.0
import type { Lane } from '../lane.ts';
import { plainLane, type Track } from '../lane.ts';
import type { RunningServer } from './server.ts';

/** A server that caches: cold is a new one with nothing in it, started before the clock runs. */
export function cachingLane(
  track: Track,
  told: {
    readonly name: string;
    readonly state: 'cold' | 'warm';
    readonly indexPath: string;
    readonly start: (fresh: boolean) => Promise<RunningServer>;
  },
): Lane {
  let running: RunningServer | null = null;
  return {
    ...plainLane(track),
    name: `${told.name} ${told.state}`,
    async ready() {
      if (running !== null && told.state === 'warm') return;
      await running?.stop();
      running = await told.start(true);
    },
    index: () => `${running?.origin ?? ''}${told.indexPath}`,
    async close() {
      await running?.stop();
      running = null;
    },
  };
}
