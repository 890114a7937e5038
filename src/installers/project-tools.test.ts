// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Installer, Intent, InstallTarget } from '../core/installer.ts';
import { createPdm } from './pdm.ts';
import { createPipenv } from './pipenv.ts';
import { createPoetry } from './poetry.ts';
import type { InstallerKind } from './ports.ts';
import { callOf, FakePins, intentOf, machineOf, ROUTE } from './scene.test-support.ts';

interface Told {
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const TOOLS: Readonly<Record<string, readonly [InstallerKind, string]>> = {
  poetry: [createPoetry, 'Poetry (version 2.5.1)'],
  pipenv: [createPipenv, 'pipenv, version 2026.10.3'],
  pdm: [createPdm, 'PDM, version 2.29.3'],
};

function sceneOf(words: string, { files = {}, environment = {} }: Told) {
  const [name = ''] = words.split(' ');
  const [create, version] = TOOLS[name] ?? [createPoetry, ''];
  const machine = machineOf({ files, programs: { [`/usr/bin/${name}`]: version } });
  const pins = new FakePins();
  return { create, ports: { machine, pins }, pins, call: callOf(words, environment) };
}

async function intent(words: string, told: Told = {}): Promise<Intent> {
  const { create, ports, call } = sceneOf(words, told);
  return await intentOf(create, ports, call);
}

async function asked(words: string, told: Told = {}): Promise<readonly string[]> {
  const { create, ports, call, pins } = sceneOf(words, told);
  await intentOf(create, ports, call);
  return pins.asked;
}

async function steer(words: string, told: Told = {}) {
  const { create, ports, call } = sceneOf(words, told);
  const installer: Installer = create(ports);
  const recognised = installer.recognise(call.words);
  if (recognised === null) throw new Error(words);
  const located = await installer.locate(recognised, call);
  await installer.intend(recognised, located, call);
  return installer.steer(recognised, located, call, ROUTE);
}

const pathsOf = (targets: readonly InstallTarget[]) => targets.map(({ path }) => path);

describe.each([
  ['poetry', ['install', 'add x', 'lock', 'sync', 'update', 'build', 'self add x', 'self update']],
  ['pipenv', ['install', 'install x', 'lock', 'sync', 'update', 'upgrade x', 'audit', 'check']],
  ['pdm', ['install', 'add x', 'lock', 'sync', 'update', 'build', 'self add x', 'outdated']],
])('%s', (name, verbs) => {
  it.each(verbs)('is held: %s', async (verb) => {
    const found = await intent(`${name} ${verb}`);
    expect([found.fetches, found.runsProgram]).toStrictEqual([true, undefined]);
  });

  it('runs a program of the user’s own', async () => {
    const found = await intent(`${name} run python --version`);
    expect([found.fetches, found.runsProgram]).toStrictEqual([true, true]);
  });

  it.each(['--version', '--help', 'install --help'])('is left to itself: %s', async (words) => {
    expect((await intent(`${name} ${words}`)).fetches).toBe(false);
  });

  it('gets proxy, certificate and caches of the run', async () => {
    const { environment } = await steer(`${name} install`, { environment: { NO_PROXY: '*' } });
    expect(environment).toMatchObject({
      HTTPS_PROXY: ROUTE.proxyWithSecret,
      NO_PROXY: 'wheelproof.invalid',
      REQUESTS_CA_BUNDLE: ROUTE.caFile,
      SSL_CERT_DIR: ROUTE.emptyDirectory,
      VIRTUALENV_NO_PERIODIC_UPDATE: '1',
    });
    const cache = environment[`${name.toUpperCase()}_CACHE_DIR`];
    expect(cache?.startsWith('/cache/own') || cache?.startsWith('/run/')).toBe(true);
  });

  it('is found as a module', async () => {
    const { create, ports } = sceneOf(`${name} install`, {});
    const recognised = create(ports).recognise(['python3', '-m', name, 'lock']);
    expect(recognised).toStrictEqual({ starter: ['python3', '-m', name], argv: ['lock'] });
  });
});

describe('poetry', () => {
  const PROJECT = `[project]
name = "My App"
dependencies = ["a>=1"]
[tool.poetry.dependencies]
b = { git = "ssh://git@h.test/b.git" }
[tool.poetry.group.dev.dependencies]
c = "^2"
[[tool.poetry.source]]
name = "inner"
url = "https://inner.test/simple/"
[[tool.poetry.source]]
name = "PyPI"
`;
  const files = { '/w/pyproject.toml': PROJECT };

  it('reads what the project wishes for, and where from', async () => {
    expect(await asked('poetry install', { files })).toStrictEqual([
      'word a>=1 (pyproject.toml)',
      'word b @ git+ssh://git@h.test/b.git (pyproject.toml)',
      'word c>=2,<3 (pyproject.toml)',
    ]);
    expect((await intent('poetry install', { files })).indexes).toStrictEqual([
      'https://inner.test/simple/',
    ]);
    expect(await asked('poetry add good@^1 git+ssh://h.test/x')).toStrictEqual([
      'word good>=1,<2 (command line)',
      'word git+ssh://h.test/x (command line)',
    ]);
  });

  it('refuses a source that is no address', async () => {
    const toml = PROJECT.replace('https://inner.test/simple/', 'file:///srv/simple');
    const { refusals } = await intent('poetry lock', { files: { '/w/pyproject.toml': toml } });
    expect(refusals.map(({ code }) => code)).toStrictEqual(['WP-BYPASS-CONFIG']);
  });

  it('keeps its environments where they are, and knows their names', async () => {
    const environment = { POETRY_CACHE_DIR: '/c' };
    const steered = await steer('poetry install', { files, environment });
    expect(steered.argv).toStrictEqual(['install', '--no-cache']);
    expect(steered.environment).toMatchObject({
      POETRY_CACHE_DIR: '/cache/own',
      POETRY_VIRTUALENVS_PATH: '/c/virtualenvs',
      POETRY_SYSTEM_GIT_CLIENT: 'true',
      POETRY_CERTIFICATES_INNER_CERT: ROUTE.caFile,
    });
    const { targets } = await intent('poetry install', { files, environment });
    expect(pathsOf(targets)).toContain('/w/.venv');
    // Poetry's own `EnvManager.generate_env_name('My App', '/w')`.
    expect(pathsOf(targets)).toContain('/c/virtualenvs/my_app-0buMo1Rn-py3.12');
  });

  it('takes its settings from variables, the project, and the user, in that order', async () => {
    const user = '/home/me/.config/pypoetry/config.toml';
    const set = { ...files, [user]: '[virtualenvs]\npath = "/user"\n' };
    const path = async (told: Told) =>
      (await steer('poetry lock', told)).environment['POETRY_VIRTUALENVS_PATH'];
    expect(await path({ files: set })).toBe('/user');
    const local = { ...set, '/w/poetry.toml': '[virtualenvs]\npath = "{cache-dir}/x"\n' };
    expect(await path({ files: local })).toBe('/home/me/.cache/pypoetry/x');
    const environment = { POETRY_VIRTUALENVS_PATH: '~/y' };
    expect(await path({ files: local, environment })).toBe('/home/me/y');
  });

  it('puts nothing between the words of a program', async () => {
    const { argv } = await steer('poetry run pip list');
    expect(argv).toStrictEqual(['--no-cache', 'run', 'pip', 'list']);
  });
});

describe('pipenv', () => {
  const PIPFILE = `[[source]]
name = "inner"
url = "https://$WHO:x@inner.test/simple/"
verify_ssl = true
[packages]
a = "~=1.0"
[dev-packages]
b = {git = "https://h.test/b.git", ref = "main"}
[pipenv]
sort_pipfile = true
`;
  const files = { '/w/Pipfile': PIPFILE };

  it('reads what the Pipfile wishes for, and where from', async () => {
    expect(await asked('pipenv install', { files })).toStrictEqual([
      'word a~=1.0 (Pipfile)',
      'word b @ git+https://h.test/b.git@main (Pipfile)',
    ]);
    const environment = { WHO: 'me' };
    expect((await intent('pipenv lock', { files, environment })).indexes).toStrictEqual([
      'https://inner.test/simple/',
    ]);
  });

  it('refuses what would lead its pip past the gate', async () => {
    const { create, ports, call } = sceneOf('pipenv install', {});
    const words = [...call.words, '--extra-pip-args=--isolated --proxy=x'];
    const { refusals } = await intentOf(create, ports, { ...call, words });
    expect(refusals.map(({ code }) => code)).toStrictEqual([
      'WP-BYPASS-CONFIG',
      'WP-BYPASS-CONFIG',
    ]);
  });

  it('reads the configuration of its pip', async () => {
    const conf = { '/home/me/.config/pip/pip.conf': '[global]\nfind-links = /srv/wheels\n' };
    const { refusals } = await intent('pipenv lock', { files: { ...files, ...conf } });
    expect(refusals.map(({ message }) => message)).toStrictEqual([
      '/home/me/.config/pip/pip.conf:2: --find-links /srv/wheels takes files that nobody has checked',
    ]);
  });

  it('knows where its environments are', async () => {
    const { targets } = await intent('pipenv sync', { files });
    // pipenv's own `VenvLocator.name` of /w/Pipfile.
    expect(pathsOf(targets)).toStrictEqual([
      '/w/.venv',
      '/home/me/.local/share/virtualenvs/w-k5AzWDnS',
    ]);
  });
});

describe('.env, which pipenv loads over its environment', () => {
  const told = (dotEnv: string) => ({ files: { '/w/Pipfile': '', '/w/.env': dotEnv } });

  it.each([
    'HTTPS_PROXY=',
    'DEBUG=1\n export no_proxy = "*"',
    "'PIP_CERT'=/x",
    'A=1\rPIP_CACHE_DIR=/x',
    '\ufeffPIP_FIND_LINKS=/x',
    'PIP_NO_INDEX=1',
    'PIP_CONFIG_FILE=/x',
    'PIPENV_CACHE_DIR=/x',
    'PIPENV_EXTRA_PIP_ARGS=--proxy=',
  ])('is refused where it leads past the gate: %j', async (dotEnv) => {
    for (const verb of ['install', 'run pip install x']) {
      const { refusals } = await intent(`pipenv ${verb}`, told(dotEnv));
      expect(refusals.map(({ code }) => code)).toStrictEqual(['WP-BYPASS-CONFIG']);
    }
  });

  it('stays where it is the project’s own', async () => {
    const own = told('DEBUG=1\n# HTTPS_PROXY=\nPIP_INDEX_URL=https://index.example/\nURL="a\nb"');
    const found = await intent('pipenv install', own);
    expect([found.refusals, found.notes]).toStrictEqual([[], []]);
    const { environment } = await steer('pipenv install', own);
    expect(environment).not.toHaveProperty('PIPENV_DONT_LOAD_ENV');
  });

  it('is left out where it would put code before the installer’s', async () => {
    const own = told('PYTHONPATH=src');
    const { notes } = await intent('pipenv install', own);
    expect(notes.join()).toContain('/w/.env was left out: it sets PYTHONPATH');
    expect((await steer('pipenv install', own)).environment).toHaveProperty('PIPENV_DONT_LOAD_ENV');
    const run = await steer('pipenv run x', own);
    expect(run.environment).not.toHaveProperty('PIPENV_DONT_LOAD_ENV');
  });

  it('is looked for where pipenv is told that it lies', async () => {
    const environment = { PIPENV_DOTENV_LOCATION: 'conf/env' };
    const files = { '/w/Pipfile': '', '/w/conf/env': 'HTTPS_PROXY=' };
    const { refusals } = await intent('pipenv lock', { files, environment });
    expect(refusals[0]?.message).toContain('/w/conf/env sets HTTPS_PROXY');
    const off = { ...environment, PIPENV_DONT_LOAD_ENV: '1' };
    expect((await intent('pipenv lock', { files, environment: off })).refusals).toStrictEqual([]);
  });

  it('is not the only place for what is handed on to pip', async () => {
    const environment = { PIPENV_EXTRA_PIP_ARGS: '--proxy=' };
    const { refusals } = await intent('pipenv install', { environment });
    expect(refusals[0]?.message).toContain('PIPENV_EXTRA_PIP_ARGS hands --proxy on to pip');
  });
});

describe('verbs that look local', () => {
  it.each([
    'pdm publish',
    'pdm show x',
    'pdm list --resolve',
    'pdm import requirements.txt',
    'poetry publish --build',
    'poetry self show --latest',
    // Poetry takes its own options apart with argparse first.
    'poetry --dir config install',
  ])('are held where they fetch or build: %s', async (words) => {
    const found = await intent(words);
    expect([found.fetches, found.runsProgram]).toStrictEqual([true, undefined]);
  });

  it.each(['pdm publish --no-build', 'pdm list', 'poetry publish', 'poetry self show'])(
    'are left to themselves where they do not: %s',
    async (words) => {
      expect((await intent(words)).fetches).toBe(false);
    },
  );

  it('are known by the beginnings of options that argparse takes', async () => {
    const files = { '/w/pyproject.toml': '', '/w/other.toml': '' };
    for (const option of ['--lockfile other.toml', '--lockf=other.toml', '-L=other.toml']) {
      expect(await asked(`pdm sync ${option}`, { files })).toStrictEqual([
        'constraint /w/other.toml as pdm.lock',
      ]);
    }
  });
});

describe('pdm', () => {
  const PROJECT = `[project]
name = "app"
dependencies = ["a>=1"]
[dependency-groups]
dev = ["b"]
[tool.pdm.dev-dependencies]
old = ["-e git+https://h.test/c.git#egg=c"]
[[tool.pdm.source]]
name = "inner"
url = "https://inner.test/simple/"
`;
  const files = { '/w/pyproject.toml': PROJECT };

  it('reads what the project wishes for, and where from', async () => {
    expect(await asked('pdm install', { files })).toStrictEqual([
      'word a>=1 (pyproject.toml)',
      'word b (pyproject.toml)',
      'word git+https://h.test/c.git#egg=c (pyproject.toml)',
    ]);
    const environment = { PDM_PYPI_URL: 'https://other.test/simple/' };
    expect((await intent('pdm lock', { files, environment })).indexes).toStrictEqual([
      'https://inner.test/simple/',
      'https://other.test/simple/',
    ]);
  });

  it.each([
    ['url = "file:///srv"', 'WP-BYPASS-CONFIG'],
    ['url = "https://x.test/"\nca_certs = "/ca.pem"', 'WP-BYPASS-CONFIG'],
    ['type = "find_links"\nurl = "/srv/wheels"', 'WP-BYPASS-CONFIG'],
  ])('refuses a source with %s', async (source, code) => {
    const toml = `[[tool.pdm.source]]\nname = "x"\n${source}\n`;
    const { refusals } = await intent('pdm lock', { files: { '/w/pyproject.toml': toml } });
    expect(refusals.map((one) => one.code)).toStrictEqual([code]);
  });

  it.each(['[install]\ncache = true\n', '"install.cache" = "yes"\n'])(
    'refuses to link what is installed out of a cache: %s',
    async (settings) => {
      const on = { '/w/pyproject.toml': PROJECT, '/w/pdm.toml': settings };
      const { refusals } = await intent('pdm install', { files: on });
      expect(refusals).toMatchObject([{ code: 'WP-BYPASS-CONFIG' }]);
      const off = { ...on, '/w/pdm.toml': '[install]\ncache = false\nparallel = true\n' };
      expect((await intent('pdm install', { files: off })).refusals).toStrictEqual([]);
    },
  );

  it('refuses what beats the environment of uv, which it may start', async () => {
    const toml = `${PROJECT}\n[tool.uv]\nhttps-proxy = "http://other.test"\n`;
    const { refusals } = await intent('pdm install', { files: { '/w/pyproject.toml': toml } });
    expect(refusals.map(({ code }) => code)).toStrictEqual(['WP-BYPASS-CONFIG']);
  });

  it('keeps nothing of what it was told', async () => {
    const { environment } = await steer('pdm lock', { environment: { PDM_PYPI_JSON_API: '1' } });
    expect(environment).toMatchObject({ PDM_NO_CACHE: '1', PDM_PYPI_JSON_API: 'false' });
  });

  it('installs into the interpreter that was chosen', async () => {
    const chosen = {
      ...files,
      '/w/.pdm-python': '/venvs/x/bin/python\n',
      '/venvs/x/pyvenv.cfg': '',
    };
    const { targets } = await intent('pdm sync', { files: chosen });
    expect(pathsOf(targets)[0]).toBe('/venvs/x');
    expect(pathsOf(targets)).toContain('/w/.venv');
  });

  it('takes the project’s scripts for programs', async () => {
    expect((await intent('pdm test')).runsProgram).toBe(true);
  });
});
