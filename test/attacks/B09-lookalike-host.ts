// SPDX-License-Identifier: Apache-2.0
import { EVIL as EVIL_HOST, INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { EVIL, type Stage } from './stage.ts';

/** The attacker's host serves a page of `good` at the usual place. */
function mountAt(stage: Stage, host: string): void {
  stage.listOnly(EVIL);
  stage.world.host(host).projects.set('good', stage.world.project('good'));
}

const form = (
  name: string,
  host: string,
  index: Form['index'] & {},
  more: Partial<Form> = {},
): Form => ({
  name,
  mount: (stage) => mountAt(stage, host),
  index,
  expect: refused('E-SOURCE', 'WP-HOST-LOOKALIKE', { says: () => [host] }),
  plain: BOTH_INSTALL,
  defence: 'index addresses',
  lasting: true,
  ...more,
});

const at = (stage: Stage, host: string): string => `${stage.world.origin(host)}/simple/`;

export const B09: Attack = {
  id: 'B09',
  title: 'a host name that looks like another',
  forms: [
    form('punycode', 'xn--ndex-75d.test', (stage) => at(stage, 'xn--ndex-75d.test')),
    // Older pips compare the dot with the certificate themselves.
    form('trailing dot', `${INDEX}.`, (stage) => at(stage, `${INDEX}.`), { fallsFor: ['uv'] }),
    form('a host as user name', EVIL_HOST, (stage) =>
      at(stage, EVIL_HOST).replace('https://', `https://${INDEX}@`),
    ),
  ],
  twins: [
    {
      name: 'a user name that is none',
      mount: () => undefined,
      index: ({ world }) => world.index.replace('https://', 'https://user:password@'),
    },
  ],
};
