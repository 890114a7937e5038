// SPDX-License-Identifier: Apache-2.0
import { provenance } from '../world/integrity-api.ts';
import { openSigstore, type Sigstore } from '../world/sigstore/sigstore.ts';
import { openTimestampAuthority } from '../world/sigstore/timestamp-authority.ts';
import { refused, type Attack, type Form, type Twin } from './attack.ts';
import { attested, namesPublisher } from './attested.ts';
import { EVIL, GOOD } from './stage.ts';

const HOUR = 3_600_000;
const fromNow = (hours: number): Date => new Date(Date.now() + hours * HOUR);
const TIME = refused('E-BYTES', 'WP-ATTESTATION-TIME', { says: () => [EVIL.filename] });

/** Its intermediate authority ended an hour ago. */
const EXPIRED = openSigstore({ name: 'expired.test', intermediateUntil: fromNow(-1) });
/** Two authorities tell the time. */
const TWO_CLOCKS = openSigstore({ timestampAuthorities: ['tsa-1.test', 'tsa-2.test'] });
const [FIRST = openTimestampAuthority(), SECOND = FIRST] = TWO_CLOCKS.timestamps;

const under = (sigstore: Sigstore) => ({ trusts: () => sigstore.trustedRoot() });

const stamped = (name: string, times: readonly [Date, Date]): Form =>
  attested(
    name,
    () => {
      const stamps = [
        { by: FIRST, at: times[0] },
        { by: SECOND, at: times[1] },
      ];
      return provenance([TWO_CLOCKS.attest(EVIL, { rekor: 2, stamps })]);
    },
    TIME,
    under(TWO_CLOCKS),
  );

const passing = (name: string, sigstore: Sigstore, at: Date): Twin => ({
  name,
  ...under(sigstore),
  mount: (stage) =>
    stage.listAttested(
      GOOD,
      provenance([
        sigstore.attest(GOOD, {
          at,
          rekor: 2,
          stamps: sigstore.timestamps.map((by) => ({ by, at })),
        }),
      ]),
    ),
  witness: namesPublisher('GitHub good-people/good'),
});

export const H22: Attack = {
  id: 'H22',
  title: 'an expired authority, a backdated timestamp',
  forms: [
    attested(
      'the authority had expired when it signed',
      () => provenance([EXPIRED.attest(EVIL)]),
      TIME,
      under(EXPIRED),
    ),
    stamped('the second of two timestamps is backdated', [fromNow(0), fromNow(-2000)]),
    stamped('the first of two timestamps is backdated', [fromNow(-2000), fromNow(0)]),
    stamped('one of two timestamps is too late', [fromNow(0), fromNow(1)]),
  ],
  twins: [
    passing('signed before the authority ended', EXPIRED, fromNow(-3)),
    passing('two timestamps that agree', TWO_CLOCKS, fromNow(0)),
  ],
};
