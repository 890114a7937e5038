// SPDX-License-Identifier: Apache-2.0
import type { Fault, FaultForm, Played } from './fault.ts';
import type { Ground } from './ground.ts';
import { judgeEnd, judgeHandedOut, judgeStore } from './invariants.ts';

const E_FRESH = 13;
const E_SOURCE = 15;

/** A few minutes are everybody's; far more is either harmless here or refused with the clock named. */
async function skew(ground: Ground, offset: string, harmless: boolean): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const other = ground.publish({ name: 'other', version: '1.0' });
  const faults = judgeEnd(await ground.download(['good']), [0]);
  const before = await judgeStore(ground.data, new Map());
  const run = await ground.download(['good', 'other'], {
    before: ['faketime', '--exclude-monotonic', '-f', offset],
  });
  faults.push(...judgeEnd(run, harmless ? [0] : [0, E_FRESH, E_SOURCE]));
  faults.push(...judgeHandedOut(run, [good, other]));
  if (run.exit !== 0) faults.push(...judgeEnd(run, [run.exit ?? 0], [/clock/iu]));
  if (/-\d+(?:\.\d+)? ?(?:ms|s|days?)\b/u.test(run.stderr)) faults.push('a negative duration');
  // Back in the right time: nothing is lost, and the trail's order is its numbers'.
  const after = await ground.download(['good', 'other']);
  faults.push(...judgeEnd(after, [0]), ...judgeHandedOut(after, [good, other]));
  faults.push(...(await judgeStore(ground.data, before.remembered)).faults);
  return { faults, figure: `exit ${String(run.exit)}, then 0` };
}

function form(name: string, offset: string, harmless: boolean): FaultForm {
  return { name, needs: ['faketime'], play: (ground) => skew(ground, offset, harmless) };
}

export const R08: Fault = {
  id: 'R08',
  title: 'the clock is wrong',
  forms: [
    form('4 minutes slow', '-4m', true),
    form('4 minutes fast', '+4m', true),
    form('a day slow', '-1d', false),
    form('a day fast', '+1d', false),
    form('10 years slow', '-10y', false),
    form('10 years fast', '+10y', false),
    form('runs away during the run', '+0 x20000', false),
  ],
};
