// SPDX-License-Identifier: Apache-2.0
import { FILES } from '../world/world.ts';
import { BOTH_REFUSE, refused, type Attack, type Form } from './attack.ts';
import { EVIL, GOOD } from './stage.ts';

/** What follows the file's name in its address, on an HTML page. */
const ENDINGS: Readonly<Record<string, Form['plain']>> = {
  '?x=/evil-2.0.tar.gz': { pip: 'installs', uv: 'refuses' },
  ';a=b': BOTH_REFUSE,
  '%20': BOTH_REFUSE,
  '.': BOTH_REFUSE,
};

export const B13: Attack = {
  id: 'B13',
  title: 'an address that does not end in a clean file name',
  forms: Object.entries(ENDINGS).map(([ending, plain]) => ({
    name: ending,
    mount: (stage) => {
      const path = `/packages/${EVIL.filename}${ending}`;
      stage.listOnly(EVIL, { href: `${stage.world.origin(FILES)}${path}`, sidecar: false });
      stage.world.host(FILES).files.set(path, EVIL.bytes);
      stage.world.project('good').forms = ['html'];
    },
    expect: refused('E-SOURCE', ['WP-URL-NAME', 'WP-ENTRY-MALFORMED'], {
      says: () => [FILES],
    }),
    plain,
    // uv asks for metadata behind it, where the gate itself refuses the name.
    defence: ending === ';a=b' ? 'verification' : 'pages and names',
  })),
  twins: [
    {
      name: 'a signed address',
      mount: (stage) => {
        const path = `/packages/${GOOD.filename}?signature=abc&expires=1`;
        stage.listOnly(GOOD, { href: `${stage.world.origin(FILES)}${path}`, sidecar: false });
        stage.world.host(FILES).files.set(path, GOOD.bytes);
      },
    },
  ],
};
