// SPDX-License-Identifier: Apache-2.0
import { head } from '../world/tuf-repository.ts';
import type { Attack } from './attack.ts';
import { lookingLike, lying, type Lie } from './signed-stage.ts';

const expiring =
  (expires: string): Lie =>
  (index) => {
    index.sign();
    const meta = { 'snapshot.json': { version: index.version } };
    const content = { ...head('timestamp', index.version), meta, expires };
    index.put('timestamp.json', content, [index.repository.signers.timestamp]);
  };

/** One reader's 30 February is another's 2 March; more of them in src/tuf/metadata.test.ts. */
const ODD = {
  'a day that is none': '2098-02-30T00:00:00Z',
  'no zone': '2098-02-28T00:00:00',
  'another zone': '2098-02-28T00:00:00+14:00',
  'a leap second': '2098-12-31T23:59:60Z',
  'year 10000': '10000-01-01T00:00:00Z',
};

export const F08: Attack = {
  id: 'F08',
  title: 'expiries that are written oddly',
  forms: Object.entries(ODD).map(([name, expires]) =>
    lying(name, expiring(expires), ['E-BYTES', 'WP-TUF-MALFORMED', 'expires']),
  ),
  twins: [lookingLike('the last day of a leap year’s February', expiring('2096-02-29T00:00:00Z'))],
};
