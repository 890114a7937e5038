// SPDX-License-Identifier: Apache-2.0
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL } from './stage.ts';

export const B15: Attack = {
  id: 'B15',
  title: 'a page of another project, or of an unknown version',
  forms: [
    {
      name: 'name: other',
      mount: (stage) => {
        stage.listOnly(EVIL);
        stage.world.project('good').name = 'other';
      },
      expect: refused('E-SOURCE', 'WP-PAGE-PROJECT', { says: () => ['good', 'other'] }),
      plain: BOTH_INSTALL,
      defence: 'pages',
    },
    {
      name: 'api-version 2.0',
      mount: (stage) => {
        stage.listOnly(EVIL);
        stage.world.project('good').apiVersion = '2.0';
      },
      expect: refused('E-SOURCE', 'WP-PAGE-VERSION', { says: () => ['2.0'] }),
      plain: BOTH_INSTALL,
      defence: 'pages',
    },
  ],
  twins: [
    {
      name: 'another spelling, a later minor version',
      mount: ({ world }) => {
        world.project('good').name = 'Good';
        world.project('good').apiVersion = '1.9';
      },
    },
  ],
};
