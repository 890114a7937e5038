// SPDX-License-Identifier: Apache-2.0
import { redirect } from '../world/host.ts';
import { makeWheel } from '../world/wheel.ts';
import { BOTH_INSTALL, refused, type Attack, type Form } from './attack.ts';
import { GOOD_PAGE, type Stage } from './stage.ts';
import {
  A_PLAIN_ORDER,
  HIGHER,
  inOrder,
  isUnheardOf,
  OF_PIPENV,
  owned,
  PRIVATE,
  PUBLIC,
  publicIndex,
  uploadTo,
} from './two-indexes.ts';

const form = (name: string, gone: (stage: Stage) => unknown, more: Partial<Form> = {}): Form => ({
  name,
  ...inOrder(A_PLAIN_ORDER),
  mount: (stage) => {
    uploadTo(stage, PUBLIC, HIGHER);
    gone(stage);
  },
  policy: owned('good'),
  expect: refused('E-SOURCE', 'WP-OWNED-NAME-EMPTY', { says: ({ world }) => [world.index] }),
  plain: BOTH_INSTALL,
  defence: 'ownership',
  witness: isUnheardOf('good'),
  ...more,
});

const OTHER_FORM = {
  poetry: 'in the form of that name, in the other order',
  pdm: 'in the form of that name, in the other order',
};
const empty = ({ world }: Stage): unknown => (world.project('good').files = []);
const forget = ({ world }: Stage): unknown => world.host(PRIVATE).projects.delete('good');

export const E03: Attack = {
  id: 'E03',
  title: 'the private project is gone, and a public one has its name',
  forms: [
    form('404', forget),
    form('a page without files', empty, {
      // uv stops at the first index that knows the name, also where it has nothing.
      plain: { pip: 'installs', uv: 'refuses' },
      fallsFor: ['pip'],
    }),
    form(
      'the private index sends on to the public one',
      (stage) => {
        const page = `${publicIndex(stage)}good/`;
        stage.world.host(PRIVATE).hooks.set(GOOD_PAGE, redirect(page));
      },
      { expect: refused('E-SOURCE', 'WP-INDEX-NOT-ALLOWED', { says: () => [PUBLIC] }) },
    ),
    ...[form('404', forget), form('a page without files', empty)].map((gone) => ({
      ...gone,
      ...inOrder(OF_PIPENV),
      name: `${gone.name}; ${OF_PIPENV.name}`,
      notBy: OTHER_FORM,
    })),
    form('only the public index is asked', () => undefined, {
      installers: [...A_PLAIN_ORDER.installers, 'pipenv'],
      notBy: {},
      index: publicIndex,
      ask: () => ['good'],
      expect: refused('E-SOURCE', 'WP-INDEX-NOT-ALLOWED', {
        says: ({ world }) => [`Give the installer the index ${world.index}`],
      }),
      lasting: true,
    }),
  ],
  twins: [
    {
      name: 'a name that the private index lacks and nobody owns',
      ...inOrder(A_PLAIN_ORDER, ['other']),
      mount: (stage) => uploadTo(stage, PUBLIC, makeWheel({ name: 'other', version: '1.0' })),
      policy: owned('good'),
    },
    {
      name: 'a redirect inside the private index',
      ...inOrder(A_PLAIN_ORDER),
      mount: ({ world }) => {
        const { hooks, projects } = world.host(PRIVATE);
        hooks.set(GOOD_PAGE, redirect('/simple/+mirror/good/'));
        projects.set('+mirror', world.project('good'));
        hooks.set('/simple/+mirror/good/', (request, response) => {
          hooks.delete(GOOD_PAGE);
          request.url = GOOD_PAGE;
          world.host(PRIVATE).answer(request, response, 'https');
        });
      },
      policy: owned('good'),
    },
  ],
};
