// SPDX-License-Identifier: Apache-2.0
import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILES } from '../world/world.ts';
import { PASSED, type Attack, type Witness } from './attack.ts';
import type { WiringName } from './defences.ts';
import { runGuarded, type Guarded, type Knock } from './door.ts';
import { GOOD, GOOD_PATH, type Stage } from './stage.ts';

/** One environment is installed and edited in place, then another of the same user is installed. */
async function editThenInstallAgain(
  stage: Stage,
  knock: Knock,
  before: Knock = knock,
): Promise<Guarded> {
  const first = await runGuarded(before);
  const [module] = globSync('lib/python*/site-packages/good/__init__.py', {
    cwd: stage.environment.target,
  });
  if (module === undefined) throw new Error(`nothing to edit: ${first.stderr}`);
  await writeFile(join(stage.environment.target, module), 'WORD = "EVIL"\n');
  await stage.environment.renewTarget();
  return await runGuarded(knock);
}

const isGood: Witness = ({ installedWord }) =>
  installedWord() === 'GOOD' ? [] : [`installed ${installedWord() ?? 'nothing'}`];

/** Where what is installed shares its files with what is kept. */
const LINKING: WiringName = 'without:copying';

export const K14: Attack = {
  id: 'K14',
  title: 'an edit in one environment reaches the next',
  forms: [
    {
      name: "through a link into uv's cache",
      installers: ['uv'],
      mount: ({ world }) => {
        world.host(FILES).hooks.set(GOOD_PATH, (_request, response) => {
          const headers = {
            'cache-control': 'max-age=365000000, immutable, public',
            'content-length': GOOD.bytes.length,
          };
          response.writeHead(200, headers).end(GOOD.bytes);
        });
      },
      variables: () => ({ UV_LINK_MODE: 'hardlink' }),
      run: async (stage, knock) => await editThenInstallAgain(stage, knock),
      expect: PASSED,
      plain: null,
      // Steered, uv asks the gate for the file in every run, and unpacks it anew.
      defence: 'steering',
      witness: isGood,
    },
    {
      name: 'through what was kept unpacked',
      installers: ['uv'],
      newestOf: 'uv',
      mount: () => undefined,
      run: async (stage, knock) => {
        const { wiring, ...shipped } = knock;
        const first = wiring === undefined ? shipped : { ...shipped, wiring: LINKING };
        return await editThenInstallAgain(stage, knock, first);
      },
      expect: PASSED,
      plain: null,
      defence: 'kept trees',
      witness: isGood,
    },
  ],
};
