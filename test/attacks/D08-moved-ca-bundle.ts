// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { keyPin, makeAuthority } from '../world/certificates.ts';
import { INDEX } from '../world/world.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { bothTrusted, pinnedIndex } from './pinned.ts';

const rogue = makeAuthority({ name: 'rogue authority' });

const moved = (name: string): Form => ({
  name,
  mount: ({ world }) => world.showCertificate(INDEX, rogue.leaf({ names: [INDEX] })),
  variables: async (stage) => ({ [name]: await bothTrusted(stage, rogue) }),
  policy: pinnedIndex,
  expect: refused('E-SOURCE', 'WP-SPKI-MISMATCH', {
    says: ({ world }) => [INDEX, keyPin(world.authority.caPem)],
  }),
  plain: null,
  defence: 'upstream',
});

export const D08: Attack = {
  id: 'D08',
  title: 'the variables for authorities are moved',
  forms: [
    ...['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'].map(moved),
    {
      ...moved('SSL_CERT_DIR'),
      variables: async (stage) => {
        // Under every name that OpenSSL might look for, there is none: the folder itself is the lie.
        const name = `${createHash('sha1').update(rogue.name).digest('hex').slice(0, 8)}.0`;
        await stage.write(name, rogue.caPem);
        return { SSL_CERT_DIR: stage.environment.directory };
      },
      expect: refused('E-SOURCE', ['WP-SPKI-MISMATCH', 'WP-TLS'], { says: () => [INDEX] }),
    },
    {
      name: 'NODE_TLS_REJECT_UNAUTHORIZED=0',
      mount: ({ world }) =>
        world.showCertificate(INDEX, world.authority.leaf({ names: [INDEX], selfSigned: true })),
      variables: () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
      expect: refused('E-SOURCE', 'WP-TLS', {
        says: () => [INDEX, 'self-signed', 'NODE_TLS_REJECT_UNAUTHORIZED=0 was not obeyed'],
      }),
      plain: null,
      defence: 'upstream',
    },
  ],
  twins: [
    {
      name: 'a bundle of one more authority',
      mount: () => undefined,
      variables: async (stage) => ({ SSL_CERT_FILE: await bothTrusted(stage, rogue) }),
      policy: pinnedIndex,
    },
    {
      name: 'NODE_TLS_REJECT_UNAUTHORIZED=0, and everybody is who he says he is',
      mount: () => undefined,
      variables: () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    },
  ],
};
