// SPDX-License-Identifier: Apache-2.0
import { BOTH_INSTALL, BOTH_REFUSE, refused, type Attack, type Form } from './attack.ts';
import { EVIL } from './stage.ts';

/** Full-width, Cyrillic, zero-width, combining. */
const ASKED = ['ｇood', 'g\u043eod', 'go\u200bod', 'go\u0301od'];

const asked = (name: string): Form => ({
  name: `asked for ${JSON.stringify(name)}`,
  mount: () => undefined,
  ask: () => [name],
  expect: refused('E-USAGE', 'WP-NAME-LOOKALIKE'),
  plain: BOTH_REFUSE,
  defence: 'asked names',
  lasting: true,
});

export const B08: Attack = {
  id: 'B08',
  title: 'letters that look like others',
  forms: [
    ...ASKED.map(asked),
    {
      name: 'in a file name',
      mount: (stage) => {
        const filename = EVIL.filename.replace('oo', 'o\u200bo');
        const href = `${stage.packages}${encodeURIComponent(filename)}`;
        stage.listOnly(EVIL, { filename, href, sidecar: false });
      },
      expect: refused('E-SOURCE', ['WP-FOREIGN-NAME', 'WP-URL-NAME', 'WP-ENTRY-MALFORMED']),
      plain: BOTH_REFUSE,
      defence: 'pages',
    },
    {
      name: 'in the name on the page',
      mount: (stage) => {
        stage.listOnly(EVIL);
        stage.world.project('good').name = 'g\u043eod';
      },
      expect: refused('E-SOURCE', ['WP-PAGE-PROJECT', 'WP-PAGE-MALFORMED']),
      plain: BOTH_INSTALL,
      defence: 'pages',
    },
  ],
};
