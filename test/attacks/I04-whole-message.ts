// SPDX-License-Identifier: Apache-2.0
import { signClear, signInline } from '../world/openpgp-keys.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { daysAgo, evilWith, HONEST_TWIN } from './signed-release.ts';
import { EVIL, GOOD } from './stage.ts';

const malformed = refused('E-BYTES', 'WP-SIGNATURE-MALFORMED', { says: () => [EVIL.filename] });

export const I04: Attack = {
  id: 'I04',
  title: 'a whole signed message where a detached signature is due',
  forms: [
    {
      name: 'inline, of the good file',
      ...evilWith(async ({ own }) => await signInline(own, GOOD.bytes, daysAgo(1))),
      expect: malformed,
      plain: BOTH_INSTALL,
    },
    {
      name: 'clear-signed',
      ...evilWith(async ({ own }) => await signClear([own], 'good', daysAgo(1))),
      expect: malformed,
      plain: BOTH_INSTALL,
    },
  ],
  twins: [HONEST_TWIN],
};
