// SPDX-License-Identifier: Apache-2.0
import { renderPage } from '../world/index-model.ts';
import { INDEX } from '../world/world.ts';
import { PASSED, type Attack } from './attack.ts';
import { NEWER, told } from './former-pages.ts';
import { GOOD_PAGE, type Stage } from './stage.ts';

/** Every page comes with the word that it holds for a year. */
function freeze({ world }: Stage): void {
  world.host(INDEX).hooks.set(GOOD_PAGE, (request, response) => {
    const { type, body } = renderPage(world.project('good'), request.headers.accept ?? '');
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      etag: '"always-the-same"',
    });
    response.end(body);
  });
}

export const F02: Attack = {
  id: 'F02',
  title: 'a page that its cache header freezes for a year',
  forms: [
    {
      name: 'a release appears after the first look',
      after: { ask: ['good'], set: freeze },
      mount: ({ world }) => void world.publish(NEWER),
      expect: PASSED,
      plain: null,
      defence: { because: 'no wiring makes the gate pass on what it writes anew' },
      witness: async (stage) => {
        const found = await stage.installedVersions();
        return found.includes('good-2.0') ? [] : [`installed: ${found.join(', ')}`];
      },
    },
  ],
  twins: [
    {
      name: 'nothing new appears',
      after: { ask: ['good'], set: freeze },
      mount: () => undefined,
      witness: told(),
    },
  ],
};
