// SPDX-License-Identifier: Apache-2.0
import { globSync } from 'node:fs';
import { AN_HONEST_INSTALL, PASSED, refused, type Attack, type Form } from './attack.ts';
import { told } from './former-pages.ts';

/** Debian's package `faketime` holds it. */
const [LIBRARY] = globSync([
  '/usr/lib/*/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
]);
if (LIBRARY === undefined && process.env['CI'] !== undefined)
  throw new Error('libfaketime is missing: apt-get install faketime');

const HOUR = 3_600_000;
const PLAIN_UNKNOWN = { because: 'certificates are judged by OpenSSL; D02 takes that out' };

/** The gate and the installer live in another time; the world does not. */
function move(offset: string): Pick<Form, 'variables'> {
  const variables = {
    LD_PRELOAD: LIBRARY ?? '',
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  };
  return { variables: () => variables };
}

/** Lets a first use through, until so many hours from the world's now. */
const ends = (hours: number): string => `first-use = "refuse"

[[exception]]
project = "good"
rule = "first-use"
reason = "for a day"
owner = "ana@example.com"
expires = "${new Date(Date.now() + hours * HOUR).toISOString().slice(0, 19)}Z"
`;

const forms: readonly Form[] = [
  {
    name: 'five years back',
    after: AN_HONEST_INSTALL,
    mount: () => undefined,
    ...move('-5y'),
    expect: refused('E-SOURCE', 'WP-TLS', { says: () => ['not yet valid', 'check the clock'] }),
    plain: null,
    defence: PLAIN_UNKNOWN,
    lasting: true,
  },
  {
    name: 'ten years on',
    after: AN_HONEST_INSTALL,
    mount: () => undefined,
    ...move('+10y'),
    expect: refused('E-SOURCE', 'WP-TLS', { says: () => ['expired', 'check the clock'] }),
    plain: null,
    defence: PLAIN_UNKNOWN,
    lasting: true,
  },
  {
    name: 'twelve hours back, to before an exception ended',
    mount: () => undefined,
    policy: ends(-6),
    ...move('-12h'),
    expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => ['check the clock'] }),
    plain: null,
    defence: 'witnesses',
    lasting: true,
  },
  {
    name: 'six minutes on: told',
    mount: () => undefined,
    ...move('+6m'),
    expect: PASSED,
    plain: null,
    defence: 'witnesses',
    witness: told('check the clock'),
  },
];

export const F06: Attack = {
  id: 'F06',
  title: 'the clock is moved',
  forms: LIBRARY === undefined ? [] : forms,
  twins:
    LIBRARY === undefined
      ? []
      : [
          {
            name: 'four minutes on, with an exception that holds',
            mount: () => undefined,
            policy: ends(6),
            ...move('+4m'),
            witness: (_stage, { stderr }) =>
              stderr.includes('check the clock') ? ['warned too early'] : [],
          },
        ],
};
