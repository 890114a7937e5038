// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pass } from 'node:timers/promises';
import { Refusal } from '../core/errors.ts';
import { MAX_TRIES, RETRY_WAITS_MS } from '../core/limits.ts';

/**
 * Asks again, from the start and after a growing wait, where an answer broke off (a request that
 * was not answered at all has been tried again by then). For answers that are read whole before
 * anything is done with them.
 * @throws what `ask` throws; the last one, where each answer broke off.
 */
export async function wholeAnswer<Answer>(
  ask: () => Promise<Answer>,
  wait: (milliseconds: number) => Promise<unknown> = pass,
): Promise<Answer> {
  for (let made = 1; ; made += 1) {
    try {
      return await ask();
    } catch (thrown) {
      const cut = thrown instanceof Refusal && thrown.code === 'WP-UPSTREAM-TRUNCATED';
      if (!cut || made >= MAX_TRIES) throw thrown;
    }
    await wait(RETRY_WAITS_MS[made - 1] ?? 0);
  }
}
