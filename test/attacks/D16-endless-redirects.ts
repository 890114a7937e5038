// SPDX-License-Identifier: Apache-2.0
import { redirect, type Hook } from '../world/host.ts';
import { HTML_TYPE } from '../world/index-model.ts';
import { FILES, INDEX } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack } from './attack.ts';
import { GOOD_PAGE, GOOD_PATH } from './stage.ts';

const GIB = 1024 ** 3;

/** As much of a gigabyte as anybody takes. */
const hugePage: Hook = (_request, response) => {
  response.writeHead(200, { 'content-type': HTML_TYPE, 'content-length': GIB });
  const block = Buffer.alloc(1024 ** 2, ' ');
  const more = (): void => {
    while (!response.destroyed)
      if (!response.write(block)) return void response.once('drain', more);
  };
  more();
};

export const D16: Attack = {
  id: 'D16',
  title: 'redirects without end',
  forms: [
    {
      name: 'a loop',
      mount: ({ world }) => world.host(INDEX).hooks.set(GOOD_PAGE, redirect(GOOD_PAGE)),
      expect: refused('E-LIMIT', 'WP-LIMIT-REDIRECTS', { says: () => [INDEX] }),
      plain: BOTH_REFUSE,
      defence: 'verification',
      withinMilliseconds: 8_000,
    },
    {
      name: '30 hops to the file',
      mount: ({ world }) => {
        const { hooks } = world.host(FILES);
        hooks.set(GOOD_PATH, redirect('/hop/1'));
        for (let hop = 1; hop < 30; hop++) hooks.set(`/hop/${hop}`, redirect(`/hop/${hop + 1}`));
        hooks.set('/hop/30', redirect('/nowhere'));
      },
      expect: refused('E-LIMIT', 'WP-LIMIT-REDIRECTS', { says: () => [FILES] }),
      plain: BOTH_REFUSE,
      defence: 'upstream',
      withinMilliseconds: 8_000,
    },
    {
      name: 'to a page of a gigabyte',
      mount: ({ world }) => {
        world.host(INDEX).hooks.set(GOOD_PAGE, redirect('/huge/simple/good/'));
        world.host(INDEX).hooks.set('/huge/simple/good/', hugePage);
      },
      expect: refused('E-LIMIT', 'WP-LIMIT-SIZE', { says: () => [INDEX] }),
      plain: null,
      defence: { because: 'without it a gigabyte is read; the bound is shown in upstream' },
      withinMilliseconds: 8_000,
    },
  ],
  twins: [
    {
      name: 'three hops',
      mount: ({ world }) => {
        const { hooks } = world.host(INDEX);
        hooks.set(GOOD_PAGE, redirect('/a/simple/good/'));
        hooks.set('/a/simple/good/', redirect('/b/simple/good/'));
        hooks.set('/b/simple/good/', redirect('/simple/Good/'));
        world.host(INDEX).projects.set('Good', world.project('good'));
      },
    },
  ],
};
