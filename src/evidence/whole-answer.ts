// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pass } from 'node:timers/promises';
import { Refusal } from '../core/errors.ts';
import { MAX_TRIES } from '../core/limits.ts';
import { Tries, waitAfter } from '../core/tries.ts';

/**
 * Asks again, from the start and after a growing wait, where an answer broke off (a request that
 * was not answered at all has been tried again by then, which counts as well). For answers that are
 * read whole before anything is done with them.
 * @param ask is to hand the tries on to the upstream.
 * @throws what `ask` throws; the last one, where each answer broke off.
 */
export async function wholeAnswer<Answer>(
  ask: (tries: Tries) => Promise<Answer>,
  wait: (milliseconds: number) => Promise<unknown> = pass,
): Promise<Answer> {
  const tries = new Tries();
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask(tries);
    } catch (thrown) {
      const cut = thrown instanceof Refusal && thrown.code === 'WP-UPSTREAM-TRUNCATED';
      const made = Math.max(asked, tries.most);
      if (!cut || made >= MAX_TRIES) throw thrown;
      await wait(waitAfter(made));
    }
  }
}
