// SPDX-License-Identifier: Apache-2.0
import { redirect } from '../world/host.ts';
import { FILES, INDEX } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL, GOOD_PAGE, GOOD_PATH } from './stage.ts';

const expect = refused('E-SOURCE', 'WP-PLAIN-HTTP');

export const D10: Attack = {
  id: 'D10',
  title: 'https leads to plain http',
  forms: [
    {
      name: 'a link on the page',
      mount: (stage) =>
        void stage.listOnly(EVIL, { href: `${stage.world.origin(FILES, 'http')}${GOOD_PATH}` }),
      expect,
      plain: BOTH_INSTALL,
      defence: 'addresses',
    },
    {
      name: 'the file redirects',
      mount: (stage) => {
        stage.listOnly(EVIL);
        const { files, hooks } = stage.world.host(FILES);
        files.set('/plain', EVIL.bytes);
        hooks.set(GOOD_PATH, redirect(`${stage.world.origin(FILES, 'http')}/plain`));
      },
      expect,
      plain: BOTH_INSTALL,
      defence: 'upstream',
    },
    {
      name: 'the page redirects',
      mount: (stage) => {
        stage.listOnly(EVIL);
        const { hooks } = stage.world.host(INDEX);
        const target = `${stage.world.origin('mirror.test', 'http')}${GOOD_PAGE}`;
        stage.world.host('mirror.test').projects.set('good', stage.world.project('good'));
        hooks.set(GOOD_PAGE, redirect(target));
      },
      expect,
      plain: BOTH_INSTALL,
      defence: 'upstream',
    },
  ],
};
