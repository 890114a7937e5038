// SPDX-License-Identifier: Apache-2.0
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathsBelow } from '../world/tree-hash.ts';
import type { Attack, Form, NotTakenOut, Witness } from './attack.ts';
import { AN_HONEST_INSTALL, PASSED } from './attack.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

const IN_THE_DRIVER: NotTakenOut = {
  because: 'the store itself hashes what it hands over: no piece of wiring stands between',
};

/** Where the store keeps the good file's bytes. */
async function keptFile({ environment }: Stage): Promise<string> {
  for (const path of await pathsBelow(join(environment.home, '.local/share/wheelproof'))) {
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.equals(GOOD.bytes)) return path;
  }
  throw new Error('the store does not hold the file');
}

/** Found out, thrown away, fetched anew. */
const isGood: Witness = async (stage) => {
  const word = stage.installedWord();
  const canary = await stage.readCanary();
  return [
    ...(word === 'GOOD' ? [] : [`installed ${word ?? 'nothing'}`]),
    ...(canary.includes('EVIL') ? ['code of the evil file ran'] : []),
  ];
};

function swapped(name: string, swap: (path: string, stage: Stage) => Promise<void>): Form {
  return {
    name,
    after: AN_HONEST_INSTALL,
    mount: async (stage) => {
      await swap(await keptFile(stage), stage);
      // The installer's own cache would not ask the store at all.
      await rm(join(stage.environment.home, '.cache'), { recursive: true, force: true });
    },
    expect: PASSED,
    plain: null,
    defence: IN_THE_DRIVER,
    witness: isGood,
  };
}

export const K15: Attack = {
  id: 'K15',
  title: 'bytes are swapped between check and install',
  forms: [
    swapped('in the store', (path) => writeFile(path, EVIL.bytes)),
    swapped('by a link in the store', async (path, stage) => {
      const evil = await stage.write('evil.bin', EVIL.bytes);
      await rm(path);
      await symlink(evil, path);
    }),
  ],
};
