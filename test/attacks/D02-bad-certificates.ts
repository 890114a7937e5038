// SPDX-License-Identifier: Apache-2.0
import type { LeafOptions } from '../world/certificates.ts';
import { INDEX } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';

const DAY = 86_400_000;
const day = (days: number): Date => new Date(Date.now() + days * DAY);

const CERTIFICATES: Readonly<Record<string, LeafOptions>> = {
  'self-signed': { names: [INDEX], selfSigned: true },
  expired: { names: [INDEX], notBefore: day(-9), notAfter: day(-1) },
  'wrong name': { names: ['elsewhere.test'] },
  'not yet valid': { names: [INDEX], notBefore: day(2), notAfter: day(9) },
};

export const D02: Attack = {
  id: 'D02',
  title: 'the server cannot prove who it is',
  forms: Object.entries(CERTIFICATES).map(([name, options]) => ({
    name,
    mount: ({ world }) => world.showCertificate(INDEX, world.authority.leaf(options)),
    expect: refused('E-SOURCE', 'WP-TLS', { says: () => [INDEX] }),
    plain: BOTH_REFUSE,
    defence: 'upstream',
  })),
  twins: [
    {
      name: 'valid since four minutes ago',
      mount: ({ world }) =>
        world.showCertificate(
          INDEX,
          world.authority.leaf({ names: [INDEX], notBefore: new Date(Date.now() - 240_000) }),
        ),
    },
  ],
};
