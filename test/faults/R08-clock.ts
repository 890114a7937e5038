// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignedIndex } from '../world/signed-index.ts';
import { head } from '../world/tuf-repository.ts';
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

const E_FRESH = 13;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An index whose timestamp ends so long from now, in the world's time (attack G, TUF section 5.4). */
async function skewSigned(
  ground: Ground,
  {
    offset,
    endsIn,
    exit,
  }: { readonly offset: string; readonly endsIn: number; readonly exit: 0 | 13 },
): Promise<Played> {
  const good = ground.publish({ name: 'good', version: '1.0' });
  const index = new SignedIndex(ground.world);
  const ends = (milliseconds: number): void => {
    index.sign();
    const expires = `${new Date(Date.now() + milliseconds).toISOString().slice(0, 19)}Z`;
    const meta = { 'snapshot.json': { version: index.version } };
    const content = { ...head('timestamp', index.version), meta, expires };
    index.put('timestamp.json', content, [index.repository.signers.timestamp]);
  };
  const { directory } = ground.environment;
  await writeFile(join(directory, 'root.json'), index.root);
  const table = `[[index]]\nurl = "${ground.world.index}"\ntuf-root = "root.json"\n`;
  await writeFile(join(directory, 'wheelproof.toml'), table);
  ends(24 * HOUR);
  const faults = judgeEnd(await ground.download(['good']), [0]);
  ends(endsIn);
  const run = await ground.download(['good'], {
    before: ['faketime', '--exclude-monotonic', '-f', offset],
  });
  faults.push(...judgeEnd(run, [exit], exit === 0 ? [] : [/WP-TUF-EXPIRED/u, /check the clock/iu]));
  faults.push(...judgeHandedOut(run, [good]));
  if (exit !== 0 && run.got.size > 0) faults.push('a file came under expired metadata');
  ends(24 * HOUR);
  faults.push(...judgeEnd(await ground.download(['good']), [0]));
  return { faults, figure: `exit ${String(run.exit)}, then 0` };
}

function signedForm(name: string, skewing: Parameters<typeof skewSigned>[1]): FaultForm {
  return {
    name: `a signed index: ${name}`,
    needs: ['faketime'],
    play: (ground) => skewSigned(ground, skewing),
  };
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
    signedForm('4 minutes fast, ten to go', { offset: '+4m', endsIn: 10 * MINUTE, exit: 0 }),
    signedForm('4 minutes slow', { offset: '-4m', endsIn: HOUR, exit: 0 }),
    signedForm('a day slow, and it ended an hour ago', {
      offset: '-1d',
      endsIn: -HOUR,
      exit: E_FRESH,
    }),
    signedForm('a day fast', { offset: '+1d', endsIn: 12 * HOUR, exit: E_FRESH }),
    form('10 years slow', '-10y', 'refused'),
    form('10 years fast', '+10y', 'refused'),
    {
      name: 'runs away during the run',
      needs: ['faketime'],
      play: (ground) => skew(ground, '+0 x20000', 'told', [0, GAVE_UP]),
    },
  ],
};
