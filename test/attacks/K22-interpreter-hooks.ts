// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { makeSdist } from '../world/wheel.ts';
import { PASSED, type Attack, type Form, type Witness } from './attack.ts';
import { writeBelow } from './evil-index.ts';
import type { Stage } from './stage.ts';

const SPEAKS = `import os
open(os.environ['TEST_CANARY'], 'a').write('EVIL\\n')
`;

const hookRan: Witness = async (stage) =>
  (await stage.readCanary()).includes('EVIL') ? ['code from outside ran in the installer'] : [];

const isNamed: Witness = (_stage, { stderr }) =>
  stderr.includes('PYTHONPATH was taken out') ? [] : ['PYTHONPATH is not named'];

/** uv is no Python: there, the build of an sdist is what would take the code. */
function offerSdist(stage: Stage): void {
  stage.listOnly(makeSdist({ name: 'good', version: '1.0' }), { sidecar: false });
}

const onPath: Form = {
  name: 'sitecustomize on PYTHONPATH',
  mount: async (stage) => {
    offerSdist(stage);
    await writeBelow(stage.environment.root, 'hooks/sitecustomize.py', SPEAKS);
  },
  variables: ({ environment }) => ({ PYTHONPATH: join(environment.root, 'hooks') }),
  expect: PASSED,
  plain: null,
  defence: 'steering',
  witness: async (stage, guarded) => [
    ...(await hookRan(stage, guarded)),
    ...(await isNamed(stage, guarded)),
  ],
};

export const K22: Attack = {
  id: 'K22',
  title: 'code that Python runs before the installer',
  forms: [
    onPath,
    {
      name: 'a pip.py in the working directory',
      installers: ['pip'],
      mount: (stage) => stage.write('pip.py', SPEAKS),
      words: ({ world }) => ['python', '-m', 'pip', 'install', '--index-url', world.index, 'good'],
      expect: PASSED,
      plain: null,
      defence: { because: 'it lies in how the interpreter is started, which tests do not rewire' },
      witness: async (stage, guarded) => [
        ...(await hookRan(stage, guarded)),
        ...(stage.installedWord() === 'GOOD' ? [] : ['not installed']),
      ],
    },
  ],
  twins: [
    {
      name: 'a PYTHONPATH of plain modules',
      mount: (stage) => writeBelow(stage.environment.root, 'lib/mine.py', ''),
      variables: ({ environment }) => ({ PYTHONPATH: join(environment.root, 'lib') }),
      witness: isNamed,
    },
  ],
};
