// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import { MAX_TRIES } from '../core/limits.ts';
import type { Tries } from '../core/tries.ts';
import { wholeAnswer } from './whole-answer.ts';

const cut = (): Refusal => new Refusal('WP-UPSTREAM-TRUNCATED', { message: 'cut' });

function failing(times: number, how: () => Refusal) {
  const waits: number[] = [];
  let asked = 0;
  const ask = async (): Promise<string> => {
    asked += 1;
    if (asked <= times) throw how();
    return 'whole';
  };
  const answer = wholeAnswer(ask, async (milliseconds) => waits.push(milliseconds));
  return { answer, waits, asked: () => asked };
}

describe('an answer that is read whole', () => {
  test('R09: is asked for again where it broke off, after growing waits', async () => {
    const { answer, waits } = failing(MAX_TRIES - 1, cut);
    expect(await answer).toBe('whole');
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? Infinity);
  });

  test('is given up after the last try', async () => {
    const { answer, asked } = failing(MAX_TRIES, cut);
    await expect(answer).rejects.toMatchObject({ code: 'WP-UPSTREAM-TRUNCATED' });
    expect(asked()).toBe(MAX_TRIES);
  });

  test('R09: is not asked for again where the upstream has made all tries before it broke off', async () => {
    let asked = 0;
    const ask = async (tries: Tries): Promise<string> => {
      asked += 1;
      tries.of('https://index.example/simple/good/').made = MAX_TRIES;
      throw cut();
    };
    await expect(wholeAnswer(ask, async () => {})).rejects.toMatchObject({
      code: 'WP-UPSTREAM-TRUNCATED',
    });
    expect(asked).toBe(1);
  });

  test('is not asked for again for any other reason', async () => {
    const { answer, asked } = failing(1, () => new Refusal('WP-TLS', { message: 'no' }));
    await expect(answer).rejects.toMatchObject({ code: 'WP-TLS' });
    expect(asked()).toBe(1);
  });
});
