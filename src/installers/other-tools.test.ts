// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createAnyCommand } from './any-command.ts';
import { createConda } from './conda.ts';
import { createHatch } from './hatch.ts';
import { createNox } from './nox.ts';
import { createPipTools } from './pip-tools.ts';
import type { InstallerKind } from './ports.ts';
import { callOf, FakePins, intentOf, machineOf, ROUTE } from './scene.test-support.ts';
import { createTox } from './tox.ts';

const TOOLS: Readonly<Record<string, readonly [InstallerKind, string]>> = {
  'pip-compile': [createPipTools, 'pip-compile, version 7.6.2'],
  'pip-sync': [createPipTools, 'pip-sync, version 7.6.2'],
  hatch: [createHatch, 'Hatch, version 1.18.2'],
  tox: [createTox, '4.67.15 from /x/tox/__init__.py'],
  nox: [createNox, '2026.10.20'],
  conda: [createConda, 'conda 26.9.1'],
  make: [createAnyCommand, ''],
};

function sceneOf(
  words: string,
  files: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const name = words.split(' ').find((word) => Object.hasOwn(TOOLS, word)) ?? '';
  const [create, version] = TOOLS[name] ?? [createAnyCommand, ''];
  const machine = machineOf({ files, programs: { [`/usr/bin/${name}`]: version } });
  const pins = new FakePins();
  return { create, ports: { machine, pins }, pins, call: callOf(words, environment) };
}

async function intent(...scene: Parameters<typeof sceneOf>) {
  const { create, ports, call, pins } = sceneOf(...scene);
  return { ...(await intentOf(create, ports, call)), asked: pins.asked };
}

async function steer(...scene: Parameters<typeof sceneOf>) {
  const { create, ports, call } = sceneOf(...scene);
  const installer = create(ports);
  const recognised = installer.recognise(call.words);
  if (recognised === null) throw new Error(call.words.join(' '));
  const located = await installer.locate(recognised, call);
  await installer.intend(recognised, located, call);
  return installer.steer(recognised, located, call, ROUTE);
}

it.each([
  ['pip-compile', [true, undefined]],
  ['pip-sync requirements.txt', [true, undefined]],
  ['pip-sync --help', [false, undefined]],
  ['hatch env create', [true, undefined]],
  ['hatch build', [true, undefined]],
  ['hatch dep lock', [true, undefined]],
  ['hatch run pip list', [true, true]],
  ['hatch test', [true, true]],
  ['hatch --version', [false, undefined]],
  ['tox', [true, true]],
  ['tox run -e py', [true, true]],
  ['tox --notest', [true, undefined]],
  ['tox list', [true, undefined]],
  ['nox', [true, true]],
  ['nox --install-only', [true, undefined]],
  ['nox -l', [true, undefined]],
  ['nox --version', [false, undefined]],
  ['run -- make install', [true, undefined]],
  ['conda env create', [true, true]],
  ['conda list', [false, undefined]],
])('%s', async (words, expected) => {
  const { fetches, runsProgram } = await intent(words);
  expect([fetches, runsProgram]).toStrictEqual(expected);
});

describe('pip-tools', () => {
  it('reads the files that it works on', async () => {
    const files = { '/w/requirements.in': 'x', '/w/requirements.txt': 'x' };
    expect((await intent('pip-compile', files)).asked).toStrictEqual([
      'file /w/requirements.in',
      'constraint /w/requirements.txt',
    ]);
    expect((await intent('pip-sync', files)).asked).toStrictEqual(['file /w/requirements.txt']);
  });

  it('leaves nothing of ours for pip-compile to write', async () => {
    expect((await steer('pip-compile')).environment['PIP_TRUSTED_HOST']).toBe('');
  });

  it.each(['--cert=x', '--cache-dir x', '--pip-args=--isolated', '--trusted-host h'])(
    'refuses %s',
    async (option) => {
      const { refusals } = await intent(`pip-compile ${option}`);
      expect(refusals.map(({ code }) => code)).toStrictEqual(['WP-BYPASS-CONFIG']);
    },
  );

  it.each([
    'cert = "x"',
    'cache-dir = "cache"',
    'cache_dir = "cache"',
    'compile.client-cert = "x"',
    'find-links = ["./wheels"]',
    'sync.trusted-host = ["h"]',
    'pip_args = "--isolated"',
  ])('refuses the setting %s, also beside a file that it works on', async (setting) => {
    const text = `[tool.pip-tools]\n${setting}\n`;
    for (const [path, words] of [
      ['/w/pyproject.toml', 'pip-compile'],
      ['/w/sub/.pip-tools.toml', 'pip-compile sub/requirements.in'],
      ['/w/own.toml', 'pip-compile --config own.toml'],
    ] as const) {
      const { refusals } = await intent(words, { [path]: text });
      expect(refusals.map(({ code }) => code)).toStrictEqual(['WP-BYPASS-CONFIG']);
    }
    const left = await intent('pip-compile --no-config', { '/w/pyproject.toml': text });
    expect(left.refusals).toStrictEqual([]);
  });

  it('installs where its settings say', async () => {
    const files = {
      '/w/pyproject.toml': '[tool.pip-tools]\npython-executable = "/v/bin/python"\n',
    };
    expect((await intent('pip-sync', files)).targets).toStrictEqual([
      { kind: 'interpreter', path: '/v/bin/python' },
    ]);
  });

  it('reads what the project always hands on to pip', async () => {
    const files = { '/w/pyproject.toml': '[tool.pip-tools]\npip-args = "--proxy=x"\n' };
    expect((await intent('pip-compile', files)).refusals).toHaveLength(1);
  });
});

describe('tox', () => {
  it('is made to hand on what holds its installs', async () => {
    const { environment } = await steer('tox', {}, { TOX_OVERRIDE: 'testenv.x=1' });
    expect(environment['TOX_OVERRIDE']).toMatch(/^testenv\.x=1;testenv\.pass_env\+=ALL_PROXY,/u);
  });

  it.each([
    ['tox.ini', '[testenv]\nsetenv =\n    HTTPS_PROXY = http://x\n', 3],
    ['tox.ini', '[testenv]\nset_env = NO_PROXY=*\n', 2],
    ['tox.toml', '[env_run_base]\nset_env.PIP_PROXY = ""\n', 2],
    ['tox.toml', '[env_run_base.set_env]\nSSL_CERT_FILE = "x"\n', 2],
  ])('refuses what %s sets past the gate', async (name, text, line) => {
    const { refusals } = await intent('tox', { [`/w/${name}`]: text });
    expect(refusals.map(({ message }) => message)).toStrictEqual([
      expect.stringContaining(`/w/${name}:${line}: sets`),
    ]);
  });

  it('leaves other variables alone', async () => {
    const text = '[testenv]\nsetenv =\n    COVERAGE = x\npass_env = HTTPS_PROXY\n';
    expect((await intent('tox', { '/w/tox.ini': text })).refusals).toStrictEqual([]);
  });
});

describe('conda', () => {
  it('is left as it is, but for the pip that it starts', async () => {
    const { environment } = await steer('conda env create', {}, { HTTPS_PROXY: 'http://theirs' });
    expect(environment).toMatchObject({
      HTTPS_PROXY: 'http://theirs',
      PIP_PROXY: ROUTE.proxyWithSecret,
      PIP_CERT: ROUTE.caFile,
    });
    expect(environment['SSL_CERT_FILE']).toBeUndefined();
  });

  it('reads the environment file, and says what is outside', async () => {
    const { asked, notes } = await intent('conda env create', { '/w/environment.yml': 'x' });
    expect(asked).toStrictEqual(['file /w/environment.yml']);
    expect(notes.join('\n')).toContain('outside');
    expect(notes.join('\n')).toContain('is not compared');
  });
});

it('a command without a name is a usage error', async () => {
  await expect(intent('run')).rejects.toMatchObject({ code: 'WP-USAGE' });
  await expect(intent('run -- nothing-there')).rejects.toMatchObject({
    code: 'WP-INSTALLER-NOT-FOUND',
  });
});
