// SPDX-License-Identifier: Apache-2.0
import { redirect, send } from '../world/host.ts';
import { FILES } from '../world/world.ts';
import { BOTH_INSTALL, refused, type Attack } from './attack.ts';
import { EVIL, GOOD, GOOD_PATH } from './stage.ts';

const OTHER = 'other-6.6.6-py3-none-any.whl';

export const A22: Attack = {
  id: 'A22',
  title: 'the server answers with a file of another name',
  forms: [
    {
      name: 'redirect',
      mount: (stage) => {
        stage.listOnly(EVIL);
        const files = stage.world.host(FILES);
        files.files.set(`/packages/${OTHER}`, EVIL.bytes);
        files.hooks.set(GOOD_PATH, redirect(`/packages/${OTHER}`));
      },
      expect: refused('E-SOURCE', 'WP-REDIRECT-NAME', { says: () => [GOOD.filename, OTHER] }),
      plain: BOTH_INSTALL,
      defence: 'names',
    },
    {
      name: 'Content-Disposition',
      mount: (stage) => {
        stage.listOnly(EVIL);
        const header = { 'content-disposition': `attachment; filename="${OTHER}"` };
        stage.world
          .host(FILES)
          .hooks.set(GOOD_PATH, (request, response) =>
            send(request, response, 200, header, EVIL.bytes),
          );
      },
      expect: refused('E-SOURCE', 'WP-REDIRECT-NAME', { says: () => [GOOD.filename, OTHER] }),
      plain: BOTH_INSTALL,
      defence: 'names',
    },
  ],
  twins: [
    {
      name: 'a redirect to a storage address',
      mount: ({ world }) => {
        world.host(FILES).files.set('/blob/0123abc', GOOD.bytes);
        world.host(FILES).hooks.set(GOOD_PATH, redirect('/blob/0123abc?signature=xyz'));
      },
    },
  ],
};
