// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/clock.ts';
import type { Upstream } from '../core/upstream.ts';

const MINUTE_MS = 60_000;
const TOLERATED_MS = 5 * MINUTE_MS;

export interface WitnessedClock extends Clock {
  /** The same requests, whose answers bear witness to the time. */
  readonly upstream: Upstream;
}

/**
 * The latest time that this machine's clock or a server's `Date` (RFC 9110 6.6.1, over TLS) tells:
 * what has ended by any of them has ended, so that setting the clock back brings nothing back to
 * life (attack F06). Made for expiries alone: an age counted by it could be made longer by a server.
 *
 * @param note takes what the reader should know of the clock.
 */
export function witnessClock(
  clock: Clock,
  upstream: Upstream,
  note: (sentence: string) => void,
): WitnessedClock {
  let latest = Number.NEGATIVE_INFINITY;
  let isTold = false;
  const hear = (url: string, date: string | undefined): void => {
    const told = Date.parse(date ?? '');
    if (Number.isNaN(told) || !url.startsWith('https:')) return;
    latest = Math.max(latest, told);
    const now = clock.now();
    if (isTold || Math.abs(now - told) <= TOLERATED_MS) return;
    isTold = true;
    note(
      `this machine's clock says ${timeOf(now)}, ${new URL(url).host} says ${timeOf(told)}: check the clock`,
    );
  };
  return {
    now: () => Math.max(clock.now(), latest),
    upstream: {
      async request(ask) {
        const answer = await upstream.request(ask);
        hear(answer.url, answer.headers['date']);
        return answer;
      },
      close: () => upstream.close(),
    },
  };
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
