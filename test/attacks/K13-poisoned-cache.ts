// SPDX-License-Identifier: Apache-2.0
import { globSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellsEachChange } from '../../src/host/honest-times.ts';
import type { AnyInstaller } from '../world/installer-versions.ts';
import { makeSdist } from '../world/wheel.ts';
import { PASSED, type Attack, type Form, type Twin, type Witness } from './attack.ts';
import { runGuarded, runPlain } from './door.ts';
import {
  exchangeWord,
  INIT,
  installTwice,
  keptLists,
  keptTrees,
  leadElsewhere,
  replaceTree,
  type KeptTree,
} from './kept-wheels.ts';
import { poisonBelow } from './poisoned-cache.ts';
import { GOOD, type Stage } from './stage.ts';

/** Their names below the user's; the others', the whole of it. */
const CACHES: Readonly<Partial<Record<AnyInstaller, string>>> = { pip: 'pip', uv: 'uv' };

/** The installer's usual cache, filled by an honest run without us, then changed. */
async function poison(stage: Stage): Promise<void> {
  const { environment } = stage;
  // pip, which pipenv runs, keeps only what it built itself; everything else it looks at again.
  if (['pip', 'pipenv'].includes(environment.installer)) {
    stage.listOnly(makeSdist({ name: 'good', version: '1.0' }), { sidecar: false });
  }
  const ended = await runPlain(environment, stage.install(['good']));
  if (ended.exit !== 0) throw new Error(`the run before failed: ${ended.stderr}`);
  await environment.renewTarget();
  const cache = join(environment.home, '.cache', CACHES[environment.installer] ?? '');
  if ((await poisonBelow(cache)) === 0) throw new Error('nothing in the cache to poison');
}

const isGood = ({ installedWord }: Stage): readonly string[] =>
  installedWord() === 'GOOD' ? [] : [`installed ${installedWord() ?? 'nothing'}`];

/** Nothing beside it came along. */
const isGoodAlone: Witness = (stage, guarded) => {
  const others = globSync('lib/python*/site-packages/evil*', { cwd: stage.environment.target });
  const { files = [] } = guarded.report ?? {};
  const isTold = files.some(({ filename }) => filename === GOOD.filename);
  return [
    ...isGood(stage),
    ...others.map((name) => `${name} came along`),
    ...(isTold ? [] : ['the report does not tell of the file']),
  ];
};

const SEALED = {
  because: 'the list of what is kept carries a digest of itself, as unit tests show',
};

const KEPT: readonly (readonly [
  string,
  (stage: Stage, kept: KeptTree) => unknown,
  Form['defence'],
])[] = [
  ['a module changed', (_stage, { tree }) => exchangeWord(join(tree, INIT)), 'kept trees'],
  [
    'a file more',
    (_stage, { tree }) => writeFile(join(tree, 'evil.pth'), 'import good\n'),
    'kept trees',
  ],
  ['another tree in its place', (_stage, kept) => replaceTree(kept), 'kept trees'],
  ['a link in its place', (_stage, kept) => leadElsewhere(kept), 'kept trees'],
  [
    'its pointer changed',
    async (_stage, { pointer }) => {
      const text = await readFile(pointer, 'latin1');
      await writeFile(pointer, text.replace('good-1.0', 'evil-1.0'), 'latin1');
    },
    { because: 'what the pointer holds is part of the sealed list' },
  ],
  [
    'a module, and the list of it',
    async (stage, { tree }) => {
      await exchangeWord(join(tree, INIT));
      for (const list of keptLists(stage)) {
        const text = await readFile(list, 'utf8');
        await writeFile(list, text.replace(/"stamp":"../u, '"stamp":"00'));
      }
    },
    SEALED,
  ],
  [
    'a module, and the list taken away',
    async (stage, { tree }) => {
      await exchangeWord(join(tree, INIT));
      for (const list of keptLists(stage)) await rm(list);
    },
    SEALED,
  ],
];

/** Whether anything is kept where these tests are played. */
const KEEPS = tellsEachChange(tmpdir());

const KEPT_IS_USED: Twin = {
  name: 'what was kept unpacked is used',
  installers: ['uv'],
  newestOf: 'uv',
  mount: () => undefined,
  run: async (stage, knock) => {
    let before: KeptTree | undefined;
    const guarded = await installTwice((_stage, kept) => {
      before = kept;
    })(stage, knock);
    const [after] = keptTrees(stage);
    // What was not used would have been unpacked again, and be kept under another name.
    if (after?.folder !== before?.folder) throw new Error('it was unpacked again');
    return guarded;
  },
  witness: isGoodAlone,
};

const NOTHING_IS_KEPT: Twin = {
  name: 'where changes leave no trace, nothing is kept unpacked',
  installers: ['uv'],
  newestOf: 'uv',
  mount: () => undefined,
  run: async (stage, knock) => {
    const guarded = await runGuarded(knock);
    if (keptTrees(stage).length > 0) throw new Error('something was kept');
    return guarded;
  },
  witness: isGood,
};

export const K13: Attack = {
  id: 'K13',
  title: "the installer's cache is poisoned",
  forms: [
    {
      name: 'its usual one',
      mount: poison,
      expect: PASSED,
      plain: null,
      defence: 'steering',
      witness: isGood,
      run: (_stage, knock) => runGuarded(knock),
    },
    ...(KEEPS ? KEPT : []).map(([name, between, defence]): Form => ({
      name: `what was kept unpacked: ${name}`,
      installers: ['uv'],
      newestOf: 'uv',
      mount: () => undefined,
      expect: PASSED,
      plain: null,
      defence,
      run: installTwice(between),
      witness: isGoodAlone,
    })),
  ],
  twins: [
    { name: 'an honest cache of the same run', mount: () => undefined, witness: isGood },
    ...(KEEPS ? [KEPT_IS_USED] : [NOTHING_IS_KEPT]),
  ],
};
