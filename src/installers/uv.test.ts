// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Intent } from '../core/installer.ts';
import type { PinReading } from '../core/lockfile.ts';
import { callOf, FakePins, intentOf, machineOf, ROUTE, type Scene } from './scene.test-support.ts';
import { createUv } from './uv.ts';

const PROGRAMS = {
  '/usr/bin/uv': 'uv 0.13.9 (x86_64-unknown-linux-gnu)\n',
  '/usr/bin/uvx': 'uvx 0.13.9\n',
  '/usr/bin/python3': '',
  '/p/bin/python': 'uv 0.13.9\n',
};

interface Setting {
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Scene['files'];
  readonly readings?: Readonly<Record<string, Partial<PinReading>>>;
}

async function intend(words: string, setting: Setting = {}): Promise<Intent & { asked: string[] }> {
  const { environment = {}, files = {}, readings = {} } = setting;
  const ports = { machine: machineOf({ files, programs: PROGRAMS }), pins: new FakePins(readings) };
  return {
    ...(await intentOf(createUv, ports, callOf(words, environment))),
    asked: ports.pins.asked,
  };
}

describe('locate', () => {
  const locate = async (words: string, programs: Readonly<Record<string, string>>) => {
    const installer = createUv({ machine: machineOf({ programs }), pins: new FakePins() });
    const call = callOf(words);
    const recognised = installer.recognise(call.words);
    return recognised === null ? null : await installer.locate(recognised, call);
  };

  it('asks for the version', async () => {
    expect(await locate('uv sync', PROGRAMS)).toStrictEqual({
      program: '/usr/bin/uv',
      prefix: [],
      version: '0.13.9',
    });
    expect(await locate('uvx ruff', PROGRAMS)).toMatchObject({ program: '/usr/bin/uvx' });
    expect(await locate('/p/bin/python -m uv sync', PROGRAMS)).toMatchObject({
      prefix: ['-m', 'uv'],
    });
  });

  it('refuses where there is none', async () => {
    const none = { code: 'WP-INSTALLER-NOT-FOUND' };
    await expect(locate('uv sync', {})).rejects.toMatchObject(none);
    await expect(locate('uv sync', { '/usr/bin/uv': 'something else' })).rejects.toMatchObject(
      none,
    );
  });
});

describe('what uv is asked for', () => {
  it.each<[string, readonly string[]]>([
    [
      'uv pip install a -e ./b -e src -r r.txt -c c.txt --overrides o.txt d',
      [
        'word a',
        'word d',
        'word ./b',
        'word ./src',
        'file /w/r.txt',
        'constraint /w/c.txt',
        'constraint /w/o.txt',
      ],
    ],
    ['uv --offline pip sync pylock.toml r.txt', ['file /w/pylock.toml', 'file /w/r.txt']],
    ['uv pip compile pyproject.toml r.in -o out.txt', ['file /w/r.in']],
    ['uv pip install -r - -r setup.py -r sub/pyproject.toml', []],
    ['uv add a>=1 --dev --editable -r r.txt', ['word a>=1', 'file /w/r.txt']],
    [
      'uv run --with a,b[x,y]>=1,<2 --with-requirements r.txt,s.txt prog -r not.txt --with no',
      ['word a', 'word b[x,y]>=1,<2', 'file /w/r.txt', 'file /w/s.txt'],
    ],
    ['uv run -m pytest -r x', []],
    ['uv run -- prog -r x', []],
    ['uv tool run ruff@0.6 check -r x', ['word ruff==0.6']],
    ['uv tool run --from black==24 blackd', ['word black==24']],
    ['uvx --with a ruff@latest check --with b', ['word ruff', 'word a']],
    ['uv tool install ruff --with a', ['word ruff', 'word a']],
    ['uv sync --no-binary --frozen', []],
    ['uv --directory sub pip install -r r.txt', ['file /w/sub/r.txt']],
  ])('%s', async (words, asked) => {
    const found = await intend(words);
    expect(found.asked.map((line) => line.replace(' (command line)', ''))).toStrictEqual(asked);
    expect(found.fetches).toBe(true);
    expect(found.refusals).toStrictEqual([]);
  });

  it.each([
    ['uv pip install x', {}, undefined],
    ['uv pip install --compile-bytecode x', {}, 'with sources'],
    ['uv sync --compile', {}, 'with sources'],
    ['uv sync', { UV_COMPILE_BYTECODE: '1' }, 'with sources'],
    ['uv sync', { UV_COMPILE_BYTECODE: '0' }, undefined],
    ['uv sync --compile-bytecode', { PYC_INVALIDATION_MODE: 'unchecked-hash' }, 'without sources'],
  ])('%s with %j compiles %s', async (words, environment, compiles) => {
    expect((await intend(words, { environment })).compiles).toBe(compiles);
  });

  it('includes constraints named by variables', async () => {
    const { asked } = await intend('uv sync', { environment: { UV_CONSTRAINT: 'a.txt b.txt' } });
    expect(asked).toStrictEqual(['constraint /w/a.txt', 'constraint /w/b.txt']);
  });

  it.each([
    'uv',
    'uv --version',
    'uv help',
    'uv pip freeze',
    'uv pip list',
    'uv tool list --show-paths',
    'uv pip uninstall x',
    'uv cache clean',
    'uv python find',
    'uv publish --index mine',
  ])('%s fetches nothing', async (words) => {
    expect((await intend(words)).fetches).toBe(false);
  });

  it('names the indexes of line, variables and files, without credentials', async () => {
    const { indexes } = await intend(
      'uv pip install -i https://u:p@a.test/ --index n=https://b.test/ x',
      {
        environment: {
          UV_INDEX: 'c=https://c.test/ https://d.test/',
          UV_DEFAULT_INDEX: 'https://e.test/',
        },
        files: {
          '/w/uv.toml':
            '[[index]]\nname = "f"\nurl = "https://f.test/"\n[pip]\nindex-url = "https://g.test/"\n',
        },
      },
    );
    expect([...indexes].sort()).toStrictEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `https://${name}.test/`),
    );
    expect((await intend('uv pip install x')).indexes).toStrictEqual([]);
  });
});

describe('where uv installs', () => {
  const project = { '/w/pyproject.toml': '', '/w/sub/pyproject.toml': '' };
  const environment = (path: string) => ({ kind: 'environment', path });
  it.each<[string, Setting, readonly unknown[]]>([
    ['uv pip install a', { environment: { VIRTUAL_ENV: '/v' } }, [environment('/v')]],
    ['uv pip install a', { environment: { CONDA_PREFIX: '/c' } }, [environment('/c')]],
    ['uv pip install a', { files: { '/.venv/x': '' } }, [environment('/.venv')]],
    ['uv pip install a', {}, []],
    ['uv pip install --target t a', {}, [{ kind: 'directory', path: '/w/t' }]],
    ['uv pip install --prefix t a', {}, [environment('/w/t')]],
    ['uv pip install --system a', {}, [{ kind: 'interpreter', path: '/usr/bin/python3' }]],
    [
      'uv pip sync r.txt',
      { environment: { UV_SYSTEM_PYTHON: '1' } },
      [{ kind: 'interpreter', path: '/usr/bin/python3' }],
    ],
    ['uv pip install -p /p/bin/python a', {}, [{ kind: 'interpreter', path: '/p/bin/python' }]],
    ['uv pip install -p /p a', {}, [environment('/p')]],
    [
      'uv pip install --python 3 a',
      { environment: { VIRTUAL_ENV: '/v' } },
      [environment('/v'), { kind: 'interpreter', path: '/usr/bin/python3' }],
    ],
    ['/p/bin/python -m uv pip install a', {}, [{ kind: 'interpreter', path: '/p/bin/python' }]],
    ['uv sync', { files: project }, [environment('/w/.venv')]],
    [
      'uv --directory sub add a',
      { files: project },
      [environment('/w/sub/.venv'), environment('/w/.venv')],
    ],
    [
      'uv --project sub run x',
      { files: project },
      [environment('/w/sub/.venv'), environment('/w/.venv')],
    ],
    [
      'uv sync',
      { files: project, environment: { UV_PROJECT_ENVIRONMENT: 'e' } },
      [environment('/w/e')],
    ],
    [
      'uv sync --active',
      { files: project, environment: { VIRTUAL_ENV: '/v' } },
      [environment('/v')],
    ],
    ['uv run --with a x', { environment: { VIRTUAL_ENV: '/v' } }, [environment('/v')]],
    ['uv tool install Ruff_x==1', {}, [environment('/home/me/.local/share/uv/tools/ruff-x')]],
    ['uv tool install ruff', { environment: { UV_TOOL_DIR: '/t' } }, [environment('/t/ruff')]],
    [
      'uv tool upgrade Ruff black',
      { environment: { UV_TOOL_DIR: '/t' } },
      [environment('/t/ruff'), environment('/t/black')],
    ],
    [
      'uv tool upgrade --all',
      { environment: { UV_TOOL_DIR: '/t' } },
      [{ kind: 'environments', path: '/t' }],
    ],
    ['uv venv --seed e', {}, [environment('/w/e')]],
    ['uv lock', { files: project }, []],
    ['uvx ruff', {}, []],
  ])('%s %j', async (words, setting, targets) => {
    expect((await intend(words, setting)).targets).toStrictEqual(targets);
  });

  it('is said where it cannot be told and something is installed', async () => {
    const said = async (words: string): Promise<boolean> =>
      (await intend(words)).notes.some((note) => note.startsWith('Where this installs'));
    for (const words of ['uv pip install a', 'uv sync', 'uv tool install git+https://x.test/a']) {
      const { targets } = await intend(words);
      expect([words, await said(words)]).toStrictEqual([words, targets.length === 0]);
    }
    expect(await said('uv pip install -p nowhere a')).toBe(true);
    for (const words of ['uv lock', 'uv tool upgrade ruff', 'uv pip compile a.in'])
      expect([words, await said(words)]).toStrictEqual([words, false]);
  });
});

describe('ways round the gate', () => {
  const messages = async (words: string, setting: Setting = {}): Promise<readonly string[]> => {
    const { refusals } = await intend(words, setting);
    expect(refusals.every(({ code }) => code === 'WP-BYPASS-CONFIG')).toBe(true);
    return refusals.map(({ message }) => message);
  };

  it.each([
    ['uv pip install --cache-dir /c x', 'command line: --cache-dir'],
    ['uv --cache-dir=/c sync', 'command line: --cache-dir'],
    ['uv pip install --cert /c.pem x', 'command line: --cert'],
    ['uv sync --allow-insecure-host h', 'command line: --allow-insecure-host'],
    ['uv pip install --trusted-host h x', 'command line: --allow-insecure-host'],
    ['uv add -f ./wheels x', 'command line: --find-links'],
    ['uv pip install --index ./simple x', 'command line: --index'],
  ])('%s', async (words, expected) => {
    expect(await messages(words)).toStrictEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ['/w/uv.toml', 'x = 1\nhttp-proxy = "http://p"', '/w/uv.toml:2: http-proxy'],
    ['/uv.toml', 'https-proxy = "http://p"', '/uv.toml:1: https-proxy'],
    ['/w/pyproject.toml', '[tool.uv]\nhttp-proxy = "http://p"', '/w/pyproject.toml:2: http-proxy'],
    [
      '/w/pyproject.toml',
      '[tool.uv]\nallow-insecure-host = ["a"]',
      '/w/pyproject.toml:2: --allow-insecure-host a',
    ],
    [
      '/home/me/.config/uv/uv.toml',
      'https-proxy = "x"',
      '/home/me/.config/uv/uv.toml:1: https-proxy',
    ],
    [
      '/etc/uv/uv.toml',
      'find-links = ["./w", "https://ok.test"]',
      '/etc/uv/uv.toml:1: --find-links ./w',
    ],
    ['/etc/xdg/uv/uv.toml', '[pip]\nfind-links = ["/w"]', '/etc/xdg/uv/uv.toml:2: --find-links /w'],
    ['/w/uv.toml', '[[index]]\nurl = "file:///srv"', '/w/uv.toml:1: --index'],
    [
      '/w/pyproject.toml',
      '[tool.uv.extra-build-variables]\nx = { CFLAGS = "", No_Proxy = "*" }',
      '/w/pyproject.toml:2: extra-build-variables sets No_Proxy',
    ],
    [
      '/w/uv.toml',
      '[pip]\nextra-build-variables = { x = { CC = "cc" }, y = { SSL_CERT_FILE = "a" } }',
      '/w/uv.toml:2: extra-build-variables sets SSL_CERT_FILE',
    ],
    [
      '/w/uv.toml',
      '[extra-build-variables.x]\nGIT_CONFIG_COUNT = "0"',
      '/w/uv.toml:2: extra-build-variables sets GIT_CONFIG_COUNT',
    ],
  ])('%s: %s', async (file, text, expected) => {
    const setting = { files: { [file]: text } };
    expect(await messages('uv sync', setting)).toStrictEqual([expect.stringContaining(expected)]);
  });

  it('variables for builds that steer nothing stay', async () => {
    const files = { '/w/uv.toml': 'extra-build-variables = { x = { CFLAGS = "-O0" }, y = 1 }' };
    expect(await messages('uv sync', { files })).toStrictEqual([]);
  });

  it('in the project do not concern tools, nor runs without configuration', async () => {
    const files = { '/w/uv.toml': 'http-proxy = "x"' };
    expect(await messages('uvx ruff', { files })).toStrictEqual([]);
    expect(await messages('uv sync --no-config', { files })).toStrictEqual([]);
    expect(await messages('uv sync', { files, environment: { UV_NO_CONFIG: '1' } })).toStrictEqual(
      [],
    );
    expect(await messages('uv sync --config-file uv.toml', { files })).toHaveLength(1);
    const elsewhere = { '/o.toml': 'http-proxy = "x"' };
    expect(
      await messages('uvx ruff', { files: elsewhere, environment: { UV_CONFIG_FILE: '/o.toml' } }),
    ).toHaveLength(1);
  });

  it('in a script’s own metadata (PEP 723)', async () => {
    const script =
      '#!/usr/bin/env python\n# /// script\n# dependencies = []\n#\n# [tool.uv]\n# http-proxy = "x"\n# ///\nprint()\n';
    const files = { '/w/s.py': script };
    expect(await messages('uv run s.py', { files })).toHaveLength(1);
    expect(await messages('uv lock --script s.py', { files })).toHaveLength(1);
    expect(
      await messages('uv run s.py', {
        files: { '/w/s.py': script.replace('http-proxy', 'no-proxy') },
      }),
    ).toStrictEqual([]);
  });

  it('a file that uv cannot read either is named', async () => {
    await expect(intend('uv sync', { files: { '/w/uv.toml': '[[' } })).rejects.toMatchObject({
      code: 'WP-USAGE',
    });
  });

  it('in variables are taken out of the way, with a note', async () => {
    const environment = {
      UV_INSECURE_HOST: 'h',
      UV_OFFLINE: '1',
      UV_NO_VERIFY_HASHES: '1',
      UV_FIND_LINKS: '/w,https://l.test/',
      UV_NATIVE_TLS: '1',
      PIP_FIND_LINKS: '/w',
      UV_PYTHON: '',
    };
    const { notes, refusals } = await intend('uv lock', { environment });
    expect(refusals).toStrictEqual([]);
    expect(notes.map((note) => note.split(' ')[0])).toStrictEqual([
      'UV_INSECURE_HOST',
      'UV_OFFLINE',
      'UV_NO_VERIFY_HASHES',
      'UV_FIND_LINKS',
      'UV_NATIVE_TLS',
    ]);
    const installer = createUv({ machine: machineOf({}), pins: new FakePins() });
    const call = callOf('uv run x', environment);
    const located = { program: '/usr/bin/uv', prefix: [], version: '0.13.9' };
    const steered = installer.steer({ starter: ['uv'], argv: ['run', 'x'] }, located, call, ROUTE);
    expect(steered.argv).toStrictEqual(['run', 'x']);
    expect(steered.environment).toMatchObject({
      UV_FIND_LINKS: 'https://l.test/',
      UV_CACHE_DIR: '/cache/own',
    });
    for (const name of ['UV_INSECURE_HOST', 'UV_OFFLINE', 'UV_NATIVE_TLS', 'PIP_FIND_LINKS']) {
      expect(steered.environment).not.toHaveProperty(name);
    }
  });
});
