// SPDX-License-Identifier: Apache-2.0
import { listed, renderPage } from '../world/index-model.ts';
import { INDEX } from '../world/world.ts';
import { PASSED, refused, type Attack } from './attack.ts';
import { listBoth, NEWER, STRICTLY, told } from './former-pages.ts';
import { EVIL, GOOD_PAGE, OLDER, type Stage } from './stage.ts';

/** JSON as it is; HTML lists the other file. */
function disagree({ world, packages }: Stage): void {
  const project = world.project('good');
  const evil = { ...project, files: [listed(EVIL, { base: packages })] };
  world.host(INDEX).hooks.set(GOOD_PAGE, (request, response) => {
    const accept = request.headers.accept ?? '';
    const { type, body } = renderPage(accept.includes('+json') ? project : evil, accept);
    response.writeHead(200, { 'content-type': type });
    response.end(body);
  });
}

/** The page is to be had as HTML alone, which tells no yank mark in this world. */
function onlyHtml({ world }: Stage): void {
  world.project('good').forms = ['html'];
}

export const A15: Attack = {
  id: 'A15',
  title: 'the HTML and the JSON page disagree',
  forms: [
    {
      name: 'one form alone is ever asked for',
      mount: disagree,
      expect: PASSED,
      plain: null,
      defence: { because: 'no wiring asks for the other form' },
      witness: (stage) => {
        const { seen } = stage.world.host(INDEX);
        const pages = seen.filter(({ path }) => path === GOOD_PAGE);
        return [
          ...(stage.installedWord() === 'GOOD' ? [] : [`installed: ${stage.installedWord()}`]),
          ...(pages.length === 1 ? [] : [`the page was asked for ${pages.length} times`]),
        ];
      },
    },
    {
      name: 'another hash, once JSON is not to be had any more',
      after: { ask: ['good==0.9'], set: ({ world }) => void world.publish(OLDER) },
      mount: (stage) => {
        stage.listOnly(EVIL);
        onlyHtml(stage);
      },
      expect: refused('E-BYTES', 'WP-LISTING-CHANGED', {
        says: () => [EVIL.filename, EVIL.sha256.slice(0, 12)],
      }),
      plain: null,
      defence: 'memory',
    },
    {
      name: 'a missing yank mark, once JSON is not to be had any more, under --strict',
      ...STRICTLY,
      after: {
        ask: ['good'],
        set: ({ world }) => void world.publish(NEWER, { raw: { yanked: 'a hole' } }),
      },
      mount: (stage) => {
        listBoth(stage);
        onlyHtml(stage);
      },
      expect: refused('E-FRESH', 'WP-YANK-REMOVED', {
        says: () => [NEWER.filename],
        steeredTo: '1.0',
      }),
      plain: null,
      defence: 'strictness',
      stop: (stage) => {
        stage.honest();
        stage.world.publish(NEWER, { raw: { yanked: 'a hole' } });
      },
    },
  ],
  twins: [
    {
      name: 'the same said in the other form, under --strict',
      ...STRICTLY,
      after: { ask: ['good'] },
      mount: onlyHtml,
      witness: told(),
    },
  ],
};
