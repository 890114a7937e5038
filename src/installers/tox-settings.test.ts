// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { callOf, FakePins, intentOf, machineOf, ROUTE } from './scene.test-support.ts';
import { createTox } from './tox.ts';

type Texts = Readonly<Record<string, string>>;

function sceneOf(files: Texts, words = 'tox', environment: Texts = {}) {
  const machine = machineOf({ files, programs: { '/usr/bin/tox': '4.67.15 from /x' } });
  return { ports: { machine, pins: new FakePins() }, call: callOf(words, environment, '/w/sub') };
}

async function intent(...scene: Parameters<typeof sceneOf>) {
  const { ports, call } = sceneOf(...scene);
  return await intentOf(createTox, ports, call);
}

async function overrides(files: Texts): Promise<string> {
  const { ports, call } = sceneOf(files);
  const installer = createTox(ports);
  const recognised = installer.recognise(call.words) ?? { starter: [], argv: [] };
  const located = await installer.locate(recognised, call);
  await installer.intend(recognised, located, call);
  const { environment } = installer.steer(recognised, located, call, ROUTE);
  return environment['TOX_OVERRIDE'] ?? '';
}

const toldBy = async (...scene: Parameters<typeof sceneOf>): Promise<readonly string[]> => {
  const { refusals } = await intent(...scene);
  expect(refusals.every(({ code }) => code === 'WP-BYPASS-CONFIG')).toBe(true);
  return refusals.map(({ message }) => message);
};

describe('what leads past the gate is refused', () => {
  it.each<[string, string, string, Texts?]>([
    ['behind a factor', 'tox.ini', '[testenv]\nsetenv =\n  py39: HTTPS_PROXY = x\n'],
    ['in a folder above', '../tox.ini', '[testenv]\nsetenv =\n  HTTPS_PROXY = x\n'],
    ['second in a table', 'tox.toml', '[env_run_base]\nset_env = { A = "1", PIP_PROXY = "x" }\n'],
    ['by a folder of links', 'tox.ini', '[testenv]\nset_env = PIP_FIND_LINKS={toxinidir}/w\n'],
    ['by another file', 'tox.ini', '[testenv]\nset_env = PIP_CONFIG_FILE=x\n'],
    ['in pyproject.toml', 'pyproject.toml', '[tool.tox.env.py.set_env]\nPIP_PROXY = "x"\n'],
    [
      'in the old form inside pyproject.toml',
      'pyproject.toml',
      '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\nset_env = PIP_CERT=x\n"""\n',
    ],
    ['of a name put together', 'tox.ini', '[testenv]\nset_env = {env:NO:PIP}_PROXY=x\n'],
    ['from a file', 'tox.ini', '[testenv]\nset_env = file|{toxinidir}/x.env\n'],
    ['from a file of a table', 'tox.toml', '[env_run_base]\nset_env = { file = "x.env" }\n'],
    ['from who knows where', 'tox.ini', '[testenv]\nset_env = file|{posargs}\n'],
    ['by not handing on', 'tox.ini', '[testenv]\ndisallow_pass_env = *_PRO[X]Y\n'],
    ['to pip itself', 'tox.ini', '[testenv]\ninstall_command = pip install --proxy x {packages}\n'],
    ['in a command', 'tox.ini', '[testenv]\ncommands = env PIP_PROXY= pip install x\n'],
    ['by where it lies', 'tox.ini', '[testenv]\nenv_dir = {[other]place}/x\n'],
  ])('%s', async (_, name, text) => {
    const told = await toldBy({
      [`/w/sub/${name}`.replace('/sub/..', '')]: text,
      '/w/sub/x.env': 'A=1\nexport PIP_PROXY=x\n',
    });
    expect(told).toHaveLength(1);
  });

  it('also in the file that is named', async () => {
    const files = { '/w/sub/other.cfg': '[tox:tox]\n[testenv]\nsetenv = NO_PROXY=*\n' };
    expect(await toldBy(files)).toStrictEqual([]);
    expect(await toldBy(files, 'tox run -c other.cfg')).toHaveLength(1);
    expect(await toldBy(files, 'tox', { TOX_CONFIG_FILE: 'other.cfg' })).toHaveLength(1);
  });

  it.each([
    '[testenv]\nset_env =\n  py: COVERAGE_FILE = {toxworkdir}/x\n  {[base]set_env}\n[base]\nset_env = A=1\n',
    '[testenv]\ninstall_command = python -I -m pip install {opts} {packages}\n',
    '[testenv]\ninstall_command = wheelproof python -I -m pip install {opts} {packages}\n',
    '[testenv]\ndisallow_pass_env = AWS_*\n  SECRET?\npass_env = HTTPS_PROXY\n',
    '[testenv:py{39,310}]\npass_env = CI\ndeps = x==1\n',
  ])('and no more than that: %s', async (text) => {
    expect(await toldBy({ '/w/sub/tox.ini': text })).toStrictEqual([]);
  });
});

describe('where environments lie', () => {
  const paths = async (text: string, ...more: readonly [string?, Texts?]) =>
    (await intent({ '/w/tox.ini': text }, ...more)).targets.map(({ kind, path }) => [kind, path]);

  it('is beside the file, not where tox was started', async () => {
    expect(await paths('[tox]\nenv_list = py\n')).toStrictEqual([['environments', '/w/.tox']]);
  });

  it.each([
    ['[tox]\ntoxworkdir = {toxinidir}/e\n', ['environments', '/w/e']],
    ['[testenv]\nenv_dir = {tox_root}{/}e/py\n', ['environment', '/w/e/py']],
    ['[testenv]\nenvdir = py: {env:NO:/x}/y\n', ['environment', '/x/y']],
    ['[testenv]\nenvdir = ../e/{envname}\n', ['environments', '/e']],
  ])('%s', async (text, expected) => {
    expect(await paths(text)).toContainEqual(expected);
  });

  it('follows what tox is told', async () => {
    expect(await paths('', 'tox --workdir x')).toContainEqual(['environments', '/w/sub/x']);
    expect(await paths('', 'tox', { TOX_WORK_DIR: '/y' })).toContainEqual(['environments', '/y']);
  });
});

it('to look at settings installs the plugins that they require, in the jail', async () => {
  expect(await intent({}, 'tox list')).toMatchObject({ fetches: true });
  expect((await intent({}, 'tox list')).runsProgram).toBeUndefined();
  expect((await intent({}, 'tox config')).runsProgram).toBeUndefined();
  expect((await intent({}, 'tox --version')).fetches).toBe(false);
});

it.each([
  ['tox.ini', '[testenv:py{39,3.10}]\npassenv = CI\n', 'testenv:py39.passenv+=ALL_PROXY,'],
  ['tox.ini', '[testenv:py3.10]\npassenv = CI\n', 'testenv:py3\\.10.passenv+=ALL_PROXY,'],
  ['tox.ini', '[testenv:lint]\nbase = other\n', 'testenv:lint.pass_env+=ALL_PROXY,'],
  ['tox.toml', '[env.lint]\npass_env = ["CI"]\n', 'env.lint.pass_env+=ALL_PROXY,'],
  [
    'pyproject.toml',
    '[tool.tox]\nskipsdist = true\n',
    'tool.tox.env_run_base.pass_env+=ALL_PROXY,',
  ],
  [
    'pyproject.toml',
    '[tool.tox.env.lint]\npass_env = ["CI"]\n',
    'tool.tox.env.lint.pass_env+=ALL_PROXY,',
  ],
])('%s that hands on less by itself hands on ours: %s', async (name, text, expected) => {
  expect((await overrides({ [`/w/sub/${name}`]: text })).split(';')).toContainEqual(
    expect.stringContaining(expected),
  );
});
