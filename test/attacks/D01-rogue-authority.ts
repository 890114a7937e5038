// SPDX-License-Identifier: Apache-2.0
import { keyPin, makeAuthority } from '../world/certificates.ts';
import { FILES, INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack, type Form, type Scene } from './attack.ts';
import { bothTrusted, pinnedHost, pinnedIndex } from './pinned.ts';

const rogue = makeAuthority({ name: 'rogue authority' });

const form = (name: string, host: string, policy: Scene['policy'] & {}): Form => ({
  name,
  mount: ({ world }) => world.showCertificate(host, rogue.leaf({ names: [host] })),
  variables: async (stage) => {
    const bundle = await bothTrusted(stage, rogue);
    return { PIP_CERT: bundle, SSL_CERT_FILE: bundle };
  },
  policy,
  expect: refused('E-SOURCE', 'WP-SPKI-MISMATCH', {
    says: ({ world }) => [host, keyPin(world.authority.caPem), 'issued by rogue authority'],
  }),
  plain: BOTH_INSTALL,
  defence: 'upstream',
});

export const D01: Attack = {
  id: 'D01',
  title: 'another authority that the machine trusts answers for the index',
  forms: [form('the index', INDEX, pinnedIndex), form('the file host', FILES, pinnedHost(FILES))],
  twins: [
    {
      name: 'pinned, and by the right authority',
      mount: () => undefined,
      policy: (stage) => `${pinnedIndex(stage)}\n${pinnedHost(FILES)(stage)}`,
    },
    {
      name: 'by the other authority, and nothing pinned',
      mount: ({ world }) => world.showCertificate(INDEX, rogue.leaf({ names: [INDEX] })),
      variables: async (stage) => {
        const bundle = await bothTrusted(stage, rogue);
        return { PIP_CERT: bundle, SSL_CERT_FILE: bundle };
      },
    },
  ],
};
