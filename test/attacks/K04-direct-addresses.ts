// SPDX-License-Identifier: Apache-2.0
import { EVIL as EVIL_HOST } from '../world/world.ts';
import { BOTH_INSTALL, BOTH_REFUSE, refused, type Attack } from './attack.ts';
import { evilFile, openEvilIndex } from './evil-index.ts';
import { EVIL, GOOD, GOOD_PATH, type Stage } from './stage.ts';

const KNOWN_HOSTS = 'allow-hosts = ["index.test", "files.test"]\n';

function goodFile({ world }: Stage): string {
  return `${world.origin('files.test')}${GOOD_PATH}`;
}

export const K04: Attack = {
  id: 'K04',
  title: 'requirements that name an address in place of a release',
  forms: [
    {
      name: 'on a host that is not allowed',
      mount: (stage) => void openEvilIndex(stage),
      ask: (stage) => [`good @ ${evilFile(stage)}`],
      policy: KNOWN_HOSTS,
      expect: refused('E-SOURCE', 'WP-HOST-NOT-ALLOWED', { says: () => [EVIL_HOST] }),
      plain: BOTH_INSTALL,
      defence: 'settings',
      lasting: true,
    },
    {
      name: 'that nobody vouches for',
      mount: (stage) => void openEvilIndex(stage),
      ask: (stage) => [`good @ ${evilFile(stage)}`],
      own: ['--strict', '--jail', 'off'],
      expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename] }),
      plain: BOTH_INSTALL,
      defence: 'first-use',
      lasting: true,
    },
    {
      name: 'with the hash of the good file',
      mount: (stage) => void openEvilIndex(stage),
      ask: (stage) => [`good @ ${evilFile(stage)}#sha256=${GOOD.sha256}`],
      expect: refused('E-BYTES', 'WP-PIN-MISMATCH', { says: () => [GOOD.sha256.slice(0, 12)] }),
      plain: BOTH_REFUSE,
      defence: 'pins',
      lasting: true,
    },
    {
      name: 'as a constraint',
      mount: async (stage) => {
        openEvilIndex(stage);
        await stage.write('constraints.txt', `good @ ${evilFile(stage)}\n`);
      },
      ask: () => ['-c', 'constraints.txt', 'good'],
      policy: KNOWN_HOSTS,
      expect: refused('E-SOURCE', 'WP-HOST-NOT-ALLOWED', { says: () => [EVIL_HOST] }),
      plain: BOTH_INSTALL,
      defence: 'settings',
      lasting: true,
    },
    {
      name: 'git over ssh',
      mount: () => undefined,
      ask: () => [`good @ git+ssh://git@${EVIL_HOST}/good.git`],
      expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => ['git+ssh'] }),
      plain: BOTH_REFUSE,
      defence: { because: 'no server in the world speaks ssh: the plain installers fail as well' },
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'a file with its own hash',
      mount: () => undefined,
      ask: (stage) => [`good @ ${goodFile(stage)}#sha256=${GOOD.sha256}`],
      policy: KNOWN_HOSTS,
    },
  ],
};
