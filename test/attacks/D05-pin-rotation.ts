// SPDX-License-Identifier: Apache-2.0
import { keyPin, makeAuthority } from '../world/certificates.ts';
import type { Stage } from './stage.ts';
import { CONTROL, PASSED, refused, type Attack, type Witness } from './attack.ts';

const former = keyPin(makeAuthority({ name: 'former authority' }).caPem);
const DAY = 86_400_000;
const day = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** The world's own authority is the announced backup. */
const rotated =
  (more = '') =>
  ({ world }: Stage): string =>
    `[[index]]\nurl = "${world.index}"\npins = ["${former}"]\n` +
    `backup-pins = ["${keyPin(world.authority.caPem)}"]\n${more}`;

const current =
  (expires: string) =>
  ({ world }: Stage): string =>
    `[[index]]\nurl = "${world.index}"\npins = ["${keyPin(world.authority.caPem)}"]\n` +
    `pins-expire = ${expires}\n`;

const said =
  (...words: readonly string[]): Witness =>
  (stage, { stderr }) => {
    const missing = words.filter((each) => !stderr.includes(each));
    const faults = missing.map((each) => `standard error does not say "${each}"`);
    return stage.installedWord() === 'GOOD' ? faults : [...faults, 'not installed'];
  };

export const D05: Attack = {
  id: 'D05',
  title: 'the server moves to the announced backup key (control)',
  forms: [
    {
      name: 'the backup key alone',
      mount: () => undefined,
      policy: rotated(),
      expect: PASSED,
      plain: null,
      defence: 'upstream',
      witness: said('shows the backup key'),
    },
    {
      name: 'pins that expire in ten days',
      mount: () => undefined,
      policy: current(day(10)),
      expect: PASSED,
      plain: null,
      defence: CONTROL,
      witness: said('renew them'),
    },
    {
      name: 'pins that have expired',
      mount: () => undefined,
      policy: current(day(-2)),
      expect: PASSED,
      plain: null,
      defence: CONTROL,
      witness: said('they still count'),
    },
    {
      name: 'pins that have expired, under --strict',
      mount: () => undefined,
      policy: current(day(-2)),
      own: ['--strict'],
      expect: refused('E-SOURCE', 'WP-SPKI-MISMATCH', { says: () => ['has not expired'] }),
      plain: null,
      defence: { because: '--strict refuses what was never seen all the same' },
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'pins that expire next year',
      mount: () => undefined,
      policy: current(day(365)),
      witness: (_stage, { stderr }) => (stderr.includes('expire') ? ['warned too early'] : []),
    },
  ],
};
