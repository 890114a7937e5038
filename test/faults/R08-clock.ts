// SPDX-License-Identifier: Apache-2.0
import type { Fault, FaultForm, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeStore } from './invariants.ts';

const E_SOURCE = 15;

/** What a wrong clock comes to: nothing, a word about it, or a refusal that names it. */
type Outcome = 'harmless' | 'told' | 'refused';
/** pip's own, whose waits may end before they begin in a time that runs away. */
const GAVE_UP = 1;

/**
 * Years off, no server's certificate holds, and nobody can tell from that which of the two is
 * wrong: the class is that of a certificate (attack D02), and the words name the clock. No server
 * could be heard who would prove that it is the clock, which E-FRESH would claim.
 */
async function skew(
  ground: Ground,
  offset: string,
  outcome: Outcome,
  exits = [outcome === 'refused' ? E_SOURCE : 0],
): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const other = ground.publish({ name: 'other', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const before = await judgeStore(ground.data, new Map());
  const run = await ground.download(['good', 'other'], {
    before: ['faketime', '--exclude-monotonic', '-f', offset],
  });
  faults.push(...judgeEnd(run, exits, outcome === 'harmless' ? [] : [/check the clock/u]));
  if (outcome === 'harmless' && run.stderr.includes('check the clock'))
    faults.push('told too early');
  faults.push(...judgeHandedOut(run, [good, other]));
  if (/-\d+(?:\.\d+)? ?(?:ms|s|days?)\b/u.test(run.stderr)) faults.push('a negative duration');
  // Back in the right time: nothing is lost, and the trail's order is its numbers'.
  const after = await ground.download(['good', 'other']);
  faults.push(...judgeEnd(after, [0]), ...judgeHandedOut(after, [good, other]));
  faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
  return { faults, figure: `exit ${String(run.exit)}, then 0` };
}

function form(name: string, offset: string, outcome: Outcome): FaultForm {
  return { name, needs: ['faketime'], play: (ground) => skew(ground, offset, outcome) };
}

export const R08: Fault = {
  id: 'R08',
  title: 'the clock is wrong',
  forms: [
    form('4 minutes slow', '-4m', 'harmless'),
    form('4 minutes fast', '+4m', 'harmless'),
    form('a day slow', '-1d', 'told'),
    form('a day fast', '+1d', 'told'),
    form('10 years slow', '-10y', 'refused'),
    form('10 years fast', '+10y', 'refused'),
    {
      name: 'runs away during the run',
      needs: ['faketime'],
      play: (ground) => skew(ground, '+0 x20000', 'told', [0, GAVE_UP]),
    },
  ],
};
