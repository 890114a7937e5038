// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createHatch } from './hatch.ts';
import { createNox } from './nox.ts';
import { callOf, FakePins, intentOf, machineOf } from './scene.test-support.ts';

type Texts = Readonly<Record<string, string>>;

async function intent(files: Texts, words = 'hatch run x', environment: Texts = {}) {
  const programs = {
    '/usr/bin/hatch': 'Hatch, version 1.18.2',
    '/usr/bin/nox': '2026.10.20',
    '/usr/bin/python': '',
  };
  const machine = machineOf({ files, programs });
  const create = words.startsWith('nox') ? createNox : createHatch;
  const call = callOf(words, environment, '/w/sub');
  return await intentOf(create, { machine, pins: new FakePins() }, call);
}

async function toldBy(...scene: Parameters<typeof intent>): Promise<readonly string[]> {
  const { refusals } = await intent(...scene);
  expect(refusals.every(({ code }) => code === 'WP-BYPASS-CONFIG')).toBe(true);
  return refusals.map(({ message }) => message);
}

describe('what Hatch would hand on past the gate is refused', () => {
  it.each([
    ['pyproject.toml', '[tool.hatch.envs.default.env-vars]\nPIP_PROXY = "x"\n'],
    ['hatch.toml', '[envs.default.env-vars]\nUV_CONFIG_FILE = "x"\n'],
    ['hatch.toml', '[envs.default.env-vars]\nhttps_proxy = ""\n'],
    ['hatch.toml', '[envs.default.overrides]\nenv.CI.set-env-vars = ["NO_PROXY=*"]\n'],
    ['hatch.toml', '[envs.x.overrides]\nenv.CI.env-vars = [{ key = "PIP_CERT", value = "x" }]\n'],
    ['hatch.toml', '[envs.default]\nenv-exclude = ["*_PROXY"]\n'],
    ['hatch.toml', '[envs.default]\nenv-include = ["HOME", "PIP_*"]\n'],
    ['hatch.toml', '[envs.default.scripts]\nx = "env PIP_PROXY= pip install x"\n'],
  ])('%s: %s', async (name, text) => {
    expect(await toldBy({ '/w/pyproject.toml': '', [`/w/${name}`]: text })).toHaveLength(1);
  });

  it('in a script of one file', async () => {
    const script =
      '# /// script\n# dependencies = []\n# [tool.hatch.env-vars]\n# PIP_PROXY = "x"\n# ///\n';
    expect(await toldBy({ '/w/sub/x.py': script }, 'hatch run x.py a')).toHaveLength(1);
  });

  it('and a project elsewhere, of which nothing is known', async () => {
    expect(await toldBy({}, 'hatch -p other env create')).toHaveLength(1);
    expect(await toldBy({}, 'hatch env create', { HATCH_PROJECT: 'other' })).toHaveLength(1);
    const settings = { '/home/me/.config/hatch/config.toml': 'mode = "project"\nproject = "o"\n' };
    expect(await toldBy(settings)).toHaveLength(1);
  });

  it.each([
    '[envs.default]\nenv-exclude = ["AWS_*"]\nenv-include = ["*"]\n',
    '[envs.default.env-vars]\nCOVERAGE = "1"\nPIP_INDEX_URL = "https://index.example/simple/"\n',
  ])('and no more than that: %s', async (text) => {
    expect(await toldBy({ '/w/hatch.toml': text })).toStrictEqual([]);
  });
});

describe('where environments lie', () => {
  const DATA = '/home/me/.local/share/hatch/env';
  const project = '[project]\nname = "My.Project"\n';
  const places = async (...scene: Parameters<typeof intent>) =>
    (await intent(...scene)).targets.map(({ kind, path }) => `${kind} ${path}`);

  it.each([
    ['', `environments ${DATA}/virtual/my-project`],
    ['', `environments ${DATA}/virtual/.scripts`],
    ['', `environments ${DATA}/.internal/hatch-test/my-project`],
    ['[tool.hatch.envs.default]\npath = "e"\n', 'environment /w/e'],
    ['[tool.hatch.envs.default]\ntype = "other"\n', `environments ${DATA}/other/my-project`],
    ['[tool.hatch.envs.default]\ntype = "system"\n', 'interpreter /usr/bin/python'],
  ])('%s %s', async (more, expected) => {
    expect(await places({ '/w/pyproject.toml': project + more })).toContain(expected);
  });

  it('follows the user', async () => {
    const files = { '/home/me/.config/hatch/config.toml': '[dirs.env]\nvirtual = "~/venvs"\n' };
    expect(await places(files)).toContain('environments /home/me/venvs');
    expect(await places({}, 'hatch --data-dir /d run x')).toContain(
      'environments /d/env/virtual/.scripts',
    );
    const path = { HATCH_ENV_TYPE_VIRTUAL_PATH: '/p' };
    expect(await places({}, 'hatch run x', path)).toContain('environment /p');
  });
});

it('Hatch fetches the plugins that a project requires, to show its environments, too', async () => {
  expect((await intent({}, 'hatch env show')).fetches).toBe(true);
});

describe('nox', () => {
  const at = async (text: string, words = 'nox') => {
    const { targets, notes } = await intent({ '/w/sub/noxfile.py': text }, words);
    return { paths: targets.map(({ path }) => path), notes };
  };

  it('looks where the noxfile puts environments', async () => {
    const { paths, notes } = await at('nox.options.envdir = "../e"  # there\n');
    expect(paths).toStrictEqual(['/w/sub/.nox', '/w/e', '/usr/bin/python']);
    expect(notes).toStrictEqual([]);
  });

  it('says where nobody can tell', async () => {
    const text = 'nox.options.envdir = os.environ["X"]\n';
    expect((await at(text)).notes.join()).toContain('could not be told');
    expect((await at(text, 'nox --envdir e')).paths).toContain('/w/sub/e');
    expect((await at(text, 'nox --envdir e')).notes).toStrictEqual([]);
    expect((await at(text, 'nox -fb none')).notes).toHaveLength(1);
  });
});
