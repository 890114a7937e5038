// SPDX-License-Identifier: Apache-2.0
import type { TlsOptions } from 'node:tls';
import type { LeafOptions } from '../world/certificates.ts';
import { FILES, INDEX } from '../world/world.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { indexAtPort, mountFileAt, mountIndex, SAME_HOST } from './tls-port.ts';

const REFUSING = `${SAME_HOST}weak-tls = "refuse"\n`;
const RSA: LeafOptions = { keyType: 'rsa' };

const form = (name: string, tls: TlsOptions, leaf: LeafOptions): Form => ({
  name,
  mount: mountFileAt(tls, leaf),
  policy: REFUSING,
  expect: refused('E-SOURCE', 'WP-TLS-WEAK', { says: () => [FILES] }),
  // It depends on the OpenSSL or rustls that each was built with.
  plain: null,
  defence: 'upstream',
});

const capped = (ciphers: string): TlsOptions => ({ maxVersion: 'TLSv1.2', ciphers });
/** Whoever serves weak certificates has lowered OpenSSL's own level. */
const LOWERED: TlsOptions = { ciphers: 'DEFAULT@SECLEVEL=0' };

export const D04: Attack = {
  id: 'D04',
  title: 'the server is content with weak TLS',
  forms: [
    form('RSA key exchange', capped('AES128-GCM-SHA256'), RSA),
    form('a cipher suite over SHA-1', capped('ECDHE-RSA-AES128-SHA'), RSA),
    form('a key of 1024 bits', LOWERED, { keyType: 'rsa-1024' }),
    form('a certificate signed over SHA-1', LOWERED, { hash: 'sha1' }),
    {
      name: 'an index with RSA key exchange, under --strict',
      mount: mountIndex(capped('AES128-GCM-SHA256'), RSA),
      index: indexAtPort,
      own: ['--strict'],
      expect: refused('E-SOURCE', 'WP-TLS-WEAK', { says: () => [INDEX] }),
      plain: null,
      defence: { because: '--strict refuses what was never seen all the same' },
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'weak, where nobody asked for more',
      mount: mountFileAt(capped('AES128-GCM-SHA256'), RSA),
      policy: SAME_HOST,
    },
    {
      name: 'no ALPN',
      mount: mountFileAt({ maxVersion: 'TLSv1.2', ALPNProtocols: [] }, RSA),
      policy: REFUSING,
    },
    { name: 'TLS 1.3', mount: mountFileAt({}, RSA), policy: REFUSING },
  ],
};
