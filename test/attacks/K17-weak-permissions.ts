// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AN_HONEST_INSTALL,
  refused,
  type Attack,
  type Form,
  type NotTakenOut,
  type Scene,
} from './attack.ts';
import type { Stage } from './stage.ts';

const BEFORE_ALL: NotTakenOut = {
  because: 'who may write is looked at where a thing is opened: no piece of wiring stands between',
};

const dataOf = ({ environment }: Stage): string =>
  join(environment.home, '.local', 'share', 'wheelproof');

function open(name: string, mount: (stage: Stage) => Promise<void>, more: Partial<Scene>): Form {
  return {
    name,
    mount,
    expect: refused('E-STATE', 'WP-STATE-PERMISSIONS', { says: () => ['chmod'] }),
    plain: null,
    defence: BEFORE_ALL,
    lasting: true,
    ...more,
  };
}

export const K17: Attack = {
  id: 'K17',
  title: 'others may write what decides',
  forms: [
    open(
      'the policy',
      async (stage) => chmod(await stage.write('wheelproof.toml', 'first-use = "accept"\n'), 0o666),
      {},
    ),
    open('the trust store', async (stage) => chmod(join(dataOf(stage), 'trust.sqlite'), 0o666), {
      after: AN_HONEST_INSTALL,
    }),
    open(
      'the folder of state',
      async (stage) => {
        await mkdir(dataOf(stage), { recursive: true });
        await chmod(dataOf(stage), 0o777);
      },
      {},
    ),
  ],
  twins: [
    {
      name: "a policy that the owner's own group may write",
      mount: async (stage) => {
        const path = await stage.write('wheelproof.toml', 'first-use = "accept"\n');
        // A group of the user's own has the user's own number; elsewhere it stays closed.
        await chmod(path, process.getuid?.() === process.getgid?.() ? 0o664 : 0o644);
      },
    },
  ],
};
