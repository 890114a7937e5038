// SPDX-License-Identifier: Apache-2.0
import { INDEX } from '../world/world.ts';
import { refused, type Attack } from './attack.ts';
import { EVIL } from './stage.ts';

export const D09: Attack = {
  id: 'D09',
  title: 'the index speaks plain http',
  forms: [
    {
      name: 'a name that is not loopback',
      mount: (stage) => void stage.listOnly(EVIL),
      index: ({ world }) => `${world.origin(INDEX, 'http')}/simple/`,
      expect: refused('E-SOURCE', 'WP-PLAIN-HTTP', { says: () => [INDEX] }),
      plain: { pip: 'refuses', uv: 'installs' },
      defence: 'upstream',
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'the policy names the host',
      installers: ['uv'],
      mount: () => undefined,
      index: ({ world }) => `${world.origin(INDEX, 'http')}/simple/`,
      policy: `allow-plain-http = ["${INDEX}"]\n`,
    },
  ],
};
