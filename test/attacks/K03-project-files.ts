// SPDX-License-Identifier: Apache-2.0
import { makeSdist } from '../world/wheel.ts';
import { EVIL as EVIL_HOST } from '../world/world.ts';
import { refused, type Attack, type Form } from './attack.ts';
import { evilFile, installWords, openEvilIndex, writeEvilIndex } from './evil-index.ts';
import { EVIL, type Stage } from './stage.ts';

const PROJECT = '[project]\nname = "mine"\nversion = "1"\ndependencies = ["good"]\n';
const UV_INSTALLS = { pip: 'refuses', uv: 'installs' } as const;
const ONLY_UV = ['uv'] as const;

/** Files of the working folder: pip reads none of these. */
function moved(name: string, file: string, text: (index: string) => string): Form {
  return {
    name,
    installers: ONLY_UV,
    mount: (stage) => stage.write(file, text(openEvilIndex(stage))),
    words: (stage) => installWords(stage),
    own: ['--strict', '--jail', 'off'],
    expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename, EVIL_HOST] }),
    plain: UV_INSTALLS,
    defence: 'settings',
    lasting: true,
  };
}

function onDisk(name: string, file: string, text: (index: string) => string, where: string): Form {
  return {
    ...moved(name, file, text),
    mount: async (stage) => stage.write(file, text(await writeEvilIndex(stage))),
    own: [],
    expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', { says: () => [where] }),
  };
}

/** `uv sync` installs into the project's own environment, which is the stage's here. */
function synced(stage: Stage): readonly string[] {
  stage.environment.setVariables({ UV_PROJECT_ENVIRONMENT: stage.environment.target });
  return ['uv', 'sync', '--no-install-project', '--default-index', stage.world.index];
}

/** Builds tell by which proxy they would go. */
function offerBuilt(stage: Stage): void {
  const files = {
    'pyproject.toml':
      '[build-system]\nrequires = []\nbuild-backend = "teller"\nbackend-path = ["."]\n',
    'teller.py': `import os
if 'elsewhere' in os.environ.get('HTTPS_PROXY', ''):
    open(os.environ['TEST_CANARY'], 'a').write('EVIL\\n')
if os.environ.get('MINE') == 'yes':
    open(os.environ['TEST_CANARY'], 'a').write('mine\\n')
from backend import *
`,
  };
  stage.listOnly(makeSdist({ name: 'good', version: '1.0', files }), { sidecar: false });
}

const forBuilds = (stage: Stage, variables: string): Promise<string> =>
  stage.write(
    'pyproject.toml',
    `${PROJECT}[tool.uv.extra-build-variables]\ngood = { ${variables} }\n`,
  );

export const K03: Attack = {
  id: 'K03',
  title: 'files of the project move the index',
  forms: [
    moved('uv.toml', 'uv.toml', (index) => `[[index]]\nurl = "${index}"\ndefault = true\n`),
    moved(
      'pyproject.toml',
      'pyproject.toml',
      (index) => `${PROJECT}[[tool.uv.index]]\nurl = "${index}"\n`,
    ),
    moved(
      'pyproject.toml, for uv pip',
      'pyproject.toml',
      (index) => `${PROJECT}[tool.uv.pip]\nindex-url = "${index}"\n`,
    ),
    onDisk('uv.toml, a folder', 'uv.toml', (index) => `index-url = "${index}"\n`, 'uv.toml:1'),
    onDisk(
      'pyproject.toml, a folder',
      'pyproject.toml',
      (index) => `${PROJECT}[tool.uv]\nextra-index-url = ["${index}"]\n`,
      'pyproject.toml:6',
    ),
    {
      name: 'a source of its own',
      installers: ONLY_UV,
      mount: async (stage) => {
        openEvilIndex(stage);
        const source = `[tool.uv.sources]\ngood = { url = "${evilFile(stage)}" }\n`;
        await stage.write('pyproject.toml', `${PROJECT}${source}`);
      },
      words: synced,
      own: ['--strict', '--jail', 'off'],
      expect: refused('E-MISSING', 'WP-FIRST-USE', { says: () => [EVIL.filename, EVIL_HOST] }),
      plain: UV_INSTALLS,
      defence: 'settings',
      lasting: true,
    },
    {
      name: 'another proxy for builds',
      installers: ONLY_UV,
      newestOf: 'uv',
      mount: async (stage) => {
        offerBuilt(stage);
        await forBuilds(stage, 'HTTPS_PROXY = "http://elsewhere.test:9"');
      },
      expect: refused('E-BYPASS', 'WP-BYPASS-CONFIG', {
        says: () => ['pyproject.toml:6', 'HTTPS_PROXY'],
      }),
      plain: null,
      defence: 'settings',
      lasting: true,
    },
  ],
  twins: [
    {
      name: 'other variables for builds',
      installers: ONLY_UV,
      newestOf: 'uv',
      mount: async (stage) => {
        offerBuilt(stage);
        await forBuilds(stage, 'MINE = "yes"');
      },
      witness: async (stage) =>
        (await stage.readCanary()).includes('mine') ? [] : ['the variable did not arrive'],
    },
    {
      name: 'the usual index, said by the project',
      installers: ONLY_UV,
      mount: (stage) =>
        stage.write(
          'pyproject.toml',
          `${PROJECT}[[tool.uv.index]]\nurl = "${stage.world.index}"\n`,
        ),
      words: (stage) => installWords(stage),
    },
    {
      name: 'the same project synced',
      installers: ONLY_UV,
      mount: (stage) => stage.write('pyproject.toml', PROJECT),
      words: synced,
    },
  ],
};
