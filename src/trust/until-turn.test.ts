// SPDX-License-Identifier: Apache-2.0
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { UntilTurn } from './until-turn.ts';

it('asks once for each key until the event loop turns, or until something is written', async () => {
  const answers = new UntilTurn<string, number>();
  let asked = 0;
  const ask = (key: string): number => answers.get(key, () => ++asked);
  expect([ask('a'), ask('a'), ask('b')]).toEqual([1, 1, 2]);
  await Promise.resolve();
  expect(ask('a')).toBe(1);
  answers.clear();
  expect(ask('a')).toBe(3);
  await turn();
  expect(ask('a')).toBe(4);
});
