// SPDX-License-Identifier: Apache-2.0
import { FILES } from '../world/world.ts';
import { BOTH_INSTALL, BOTH_REFUSE, refused, type Attack } from './attack.ts';
import { mountFileAt, SAME_HOST } from './tls-port.ts';

const MODERN = `${SAME_HOST}minimum-tls = "1.3"\n`;

export const D03: Attack = {
  id: 'D03',
  title: 'the server speaks only old TLS',
  forms: [
    {
      name: 'TLS 1.1 at most',
      mount: mountFileAt({
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
      policy: SAME_HOST,
      expect: refused('E-SOURCE', 'WP-TLS', { says: () => [FILES, 'expected 1.2 or newer'] }),
      plain: BOTH_REFUSE,
      defence: { because: 'OpenSSL itself no longer speaks it, however it is asked' },
    },
    {
      name: 'TLS 1.2 where the policy wants 1.3',
      mount: mountFileAt({ maxVersion: 'TLSv1.2' }),
      policy: MODERN,
      expect: refused('E-SOURCE', 'WP-TLS', { says: () => [FILES, 'expected 1.3'] }),
      plain: BOTH_INSTALL,
      defence: 'upstream',
    },
  ],
  twins: [
    { name: 'TLS 1.2', mount: mountFileAt({ maxVersion: 'TLSv1.2' }), policy: SAME_HOST },
    { name: 'TLS 1.3 where the policy wants it', mount: mountFileAt({}), policy: MODERN },
  ],
};
