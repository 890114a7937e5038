// SPDX-License-Identifier: Apache-2.0
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { everyTool, refused, type Attack, type Form, type Witness } from './attack.ts';
import { EVIL, GOOD, type Stage } from './stage.ts';

/*
 * conda itself comes from no Python index. What it does with the pip part of an environment file is
 * known from its source (conda/env/installers/pip.py): it writes the requirements into a file and
 * starts the environment's own pip on it, with the environment that it was given.
 */
const STAND_IN = `#!/usr/bin/env python3
import os, subprocess, sys
if '--version' in sys.argv:
    print('conda 26.9.1')
    sys.exit()
python = os.path.join(os.environ['VIRTUAL_ENV'], 'bin', 'python')
lines = open('environment.yml').read().split('- pip:')[1].split('\\n')
with open('part.txt', 'w') as out:
    out.write('\\n'.join(line.strip()[2:] for line in lines if line.strip()))
command = [python, '-m', 'pip', 'install', '-U', '-r', 'part.txt', '--exists-action=b']
sys.exit(subprocess.call(command))
`;

async function laidOut(stage: Stage): Promise<void> {
  const { directory } = stage.environment;
  await mkdir(join(directory, 'bin'), { recursive: true });
  await writeFile(join(directory, 'bin', 'conda'), STAND_IN);
  await chmod(join(directory, 'bin', 'conda'), 0o755);
  await stage.write('environment.yml', 'dependencies:\n  - numpy\n  - pip:\n    - good\n');
}

const scene = {
  installers: ['pip'],
  notBy: everyTool('conda alone reads the file, and starts a pip for its pip part'),
  words: ({ environment }) => [
    join(environment.directory, 'bin', 'conda'),
    'env',
    'create',
    '--file',
    'environment.yml',
  ],
  variables: ({ world }) => ({ PIP_INDEX_URL: world.index }),
} as const satisfies Partial<Form>;

const saysWhatIsOutside: Witness = (_stage, { stderr }) =>
  stderr.includes('What conda itself fetches and installs is outside')
    ? []
    : ['it is not told what is outside'];

export const K26: Attack = {
  id: 'K26',
  title: 'the pip part of a conda environment file',
  forms: [
    {
      ...scene,
      name: 'other bytes under the name and hash of the file',
      mount: async (stage) => {
        await laidOut(stage);
        stage.world.host('files.test').files.set(`/packages/${GOOD.filename}`, EVIL.bytes);
      },
      expect: refused('E-BYTES', 'WP-HASH-MISMATCH', { says: () => [GOOD.filename] }),
      plain: { pip: 'refuses', uv: 'refuses' },
      defence: 'verification',
      witness: saysWhatIsOutside,
    },
    {
      ...scene,
      name: 'a repository by another way than https',
      mount: async (stage) => {
        await laidOut(stage);
        const text = 'dependencies:\n  - pip:\n    - good @ git+ssh://git@git.test/good.git\n';
        await stage.write('environment.yml', text);
      },
      expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => ['git+ssh'] }),
      plain: null,
      defence: { because: 'without it git starts ssh, which finds no such host here' },
      lasting: true,
    },
  ],
  twins: [
    {
      ...scene,
      name: 'an honest one, and what is outside is told',
      mount: laidOut,
      witness: async (stage, guarded) => [
        ...(await saysWhatIsOutside(stage, guarded)),
        ...(stage.installedWord() === 'GOOD' ? [] : ['the pip part is not installed']),
      ],
    },
  ],
};
