// SPDX-License-Identifier: Apache-2.0
import { redirect } from '../world/host.ts';
import { makeWheel } from '../world/wheel.ts';
import { INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { GOOD_PAGE } from './stage.ts';

export const B16: Attack = {
  id: 'B16',
  title: "the page redirects to another project's page",
  forms: [
    {
      name: 'inside one index',
      mount: (stage) => {
        stage.listOnly(makeWheel({ name: 'good', version: '3.0', word: 'EVIL' }));
        const { hooks, projects } = stage.world.host(INDEX);
        projects.set('evil', { ...stage.world.project('good'), name: 'evil' });
        hooks.set(GOOD_PAGE, redirect('/simple/evil/', 301));
      },
      expect: refused('E-SOURCE', 'WP-PAGE-PROJECT', { says: () => ['good', 'evil'] }),
      plain: BOTH_INSTALL,
      defence: 'pages',
    },
  ],
  twins: [
    {
      name: 'to another spelling of the name',
      mount: ({ world }) => {
        const { hooks, projects } = world.host(INDEX);
        projects.set('Good', world.project('good'));
        hooks.set(GOOD_PAGE, redirect('/simple/Good/', 301));
      },
    },
  ],
};
