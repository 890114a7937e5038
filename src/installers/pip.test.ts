// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Intent } from '../core/installer.ts';
import type { PinReading } from '../core/lockfile.ts';
import { createPip } from './pip.ts';
import {
  callOf,
  FakePins,
  intentOf,
  machineOf,
  ROUTE,
  venv,
  type Scene,
} from './scene.test-support.ts';

const V = venv('/v', '26.3');

interface Setting {
  readonly environment?: Readonly<Record<string, string>>;
  readonly scene?: Scene;
  readonly readings?: Readonly<Record<string, Partial<PinReading>>>;
}

function portsOf({ scene = {}, readings = {} }: Setting) {
  const files = { ...V.files, ...scene.files };
  const machine = machineOf({ files, programs: { ...V.programs, ...scene.programs } });
  return { machine, pins: new FakePins(readings) };
}

async function intend(words: string, setting: Setting = {}): Promise<Intent & { asked: string[] }> {
  const ports = portsOf(setting);
  const intent = await intentOf(createPip, ports, callOf(words, setting.environment));
  return { ...intent, asked: ports.pins.asked };
}

function steer(
  words: string,
  environment: Readonly<Record<string, string>> = {},
  version = '26.3',
) {
  const installer = createPip(portsOf({}));
  const call = callOf(words, environment);
  const recognised = installer.recognise(call.words);
  if (recognised === null) throw new Error('not recognised');
  const located = { program: '/v/bin/pip', prefix: recognised.starter.slice(1), version };
  return installer.steer(recognised, located, call, ROUTE);
}

describe('locate', () => {
  const locate = async (words: string, scene: Scene) => {
    const installer = createPip({ machine: machineOf(scene), pins: new FakePins() });
    const call = callOf(words);
    const recognised = installer.recognise(call.words);
    return recognised === null ? null : await installer.locate(recognised, call);
  };

  it('reads an environment’s version without starting anything', async () => {
    const program = '/v/bin/pip';
    expect(await locate('/v/bin/pip install x', V)).toStrictEqual({
      program,
      prefix: [],
      version: '26.3',
    });
    expect(await locate('/v/bin/python3 -I -m pip list', V)).toStrictEqual({
      program: '/v/bin/python3',
      prefix: ['-I', '-m', 'pip'],
      version: '26.3',
    });
  });

  it('asks a pip that it cannot read', async () => {
    const answer = 'pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)\n';
    expect(await locate('pip install x', { programs: { '/usr/bin/pip': answer } })).toMatchObject({
      program: '/usr/bin/pip',
      version: '23.2.1',
    });
  });

  it('refuses where there is none', async () => {
    const none = { code: 'WP-INSTALLER-NOT-FOUND' };
    await expect(locate('pip install x', {})).rejects.toMatchObject(none);
    const silent = { programs: { '/usr/bin/python3': '' } };
    await expect(locate('python3 -m pip install x', silent)).rejects.toMatchObject(none);
  });
});

describe('what pip is asked for', () => {
  it('is read from words, files and configuration', async () => {
    const { asked, fetches } = await intend(
      '/v/bin/pip install a -e ./b -r r.txt -c c.txt --upgrade d',
      {
        environment: { PIP_CONSTRAINT: 'e.txt f.txt', PIP_REQUIREMENT: 'g.txt' },
      },
    );
    expect(fetches).toBe(true);
    expect(asked).toStrictEqual([
      'word a (command line)',
      'word d (command line)',
      'word ./b (command line)',
      'file /w/g.txt',
      'file /w/r.txt',
      'constraint /w/e.txt',
      'constraint /w/f.txt',
      'constraint /w/c.txt',
    ]);
  });

  it.each([
    ['install a', true],
    ['--isolated --proxy http://p install a', true],
    ['download a', true],
    ['wheel a', true],
    ['lock a', true],
    ['index versions a', true],
    ['unheard-of a', true],
    ['list --outdated', true],
    ['list -o', true],
    ['list -e', false],
    ['list', false],
    ['freeze', false],
    ['config set a b', false],
    ['--version', false],
    ['help', false],
  ])('pip %s fetches: %s', async (words, fetches) => {
    expect((await intend(`/v/bin/pip ${words}`)).fetches).toBe(fetches);
  });

  it('names no index where nothing does, and never shows credentials', async () => {
    expect((await intend('/v/bin/pip install a')).indexes).toStrictEqual([]);
    const { indexes } = await intend(
      '/v/bin/pip install -i https://u:p@a.test/s --extra-index-url https://b.test/ x',
      {
        environment: { PIP_EXTRA_INDEX_URL: 'https://c.test/ https://d.test/' },
        readings: {
          x: { options: [{ name: '--index-url', value: 'https://e.test/#f', where: 'r.txt:1' }] },
        },
      },
    );
    expect(indexes).toStrictEqual([
      'https://a.test/s',
      'https://c.test/',
      'https://d.test/',
      'https://b.test/',
      'https://e.test/',
    ]);
  });

  it('finds the CA bundles and the proxy that the user gave', async () => {
    const scene = {
      files: {
        '/a.pem': '',
        '/b.pem': '',
        '/w/c.pem': '',
        '/v/pip.conf': '[global]\nproxy=http://conf\n',
      },
    };
    const environment = {
      PIP_CERT: '/a.pem',
      REQUESTS_CA_BUNDLE: '/b.pem',
      SSL_CERT_FILE: '/missing.pem',
      CURL_CA_BUNDLE: '/a.pem',
    };
    const found = await intend('/v/bin/pip --cert c.pem install x', { scene, environment });
    expect(found.caFiles).toStrictEqual(['/w/c.pem', '/a.pem', '/b.pem']);
    expect(found.proxy).toBe('http://conf');
    const env = await intend('/v/bin/pip install x', {
      scene,
      environment: { PIP_PROXY: 'http://env' },
    });
    expect(env.proxy).toBe('http://env');
    const line = await intend('/v/bin/pip install --proxy= x', { scene });
    expect(line.proxy).toBeNull();
  });

  it('refuses an option that would swallow ours', async () => {
    await expect(intend('/v/bin/pip install x --target')).rejects.toMatchObject({
      code: 'WP-USAGE',
    });
  });
});

describe('where pip installs', () => {
  it.each([
    ['/v/bin/pip install a', { kind: 'interpreter', path: '/v/bin/python3' }],
    ['/v/bin/python3 -m pip install a', { kind: 'interpreter', path: '/v/bin/python3' }],
    ['/v/bin/pip install --user a', { kind: 'interpreter', path: '/v/bin/python3' }],
    ['/v/bin/pip install -t out a', { kind: 'directory', path: '/w/out' }],
    ['/v/bin/pip install --prefix=/opt/x a', { kind: 'environment', path: '/opt/x' }],
    ['/v/bin/pip install --root /img a', { kind: 'environment', path: '/img/v' }],
    ['/v/bin/pip --python /v install a', { kind: 'interpreter', path: '/v/bin/python' }],
    [
      '/v/bin/pip --python /v/bin/python3 install a',
      { kind: 'interpreter', path: '/v/bin/python3' },
    ],
  ])('%s', async (words, target) => {
    expect((await intend(words)).targets).toStrictEqual([target]);
  });

  it('is nowhere for download, wheel and lock', async () => {
    for (const verb of ['download', 'wheel', 'lock']) {
      expect((await intend(`/v/bin/pip ${verb} a`)).targets).toStrictEqual([]);
    }
  });

  it('follows a pip that had to be asked', async () => {
    const answer = 'pip 23.2.1 from /opt/py/lib/python3.11/site-packages/pip (python 3.11)\n';
    const shim = { '/usr/bin/pip': answer, '/opt/py/bin/python3.11': '' };
    const found = await intend('pip install a', { scene: { programs: shim } });
    expect(found.targets).toStrictEqual([{ kind: 'interpreter', path: '/opt/py/bin/python3.11' }]);
    const lone = { programs: { '/usr/bin/pip': answer } };
    expect((await intend('pip install a', { scene: lone })).targets).toStrictEqual([
      { kind: 'directory', path: '/opt/py/lib/python3.11/site-packages' },
    ]);
  });
});

describe('ways round the gate', () => {
  const bypass = async (words: string, setting: Setting = {}): Promise<readonly string[]> => {
    const { refusals } = await intend(words, setting);
    expect(refusals.every(({ code }) => code === 'WP-BYPASS-CONFIG')).toBe(true);
    return refusals.map(({ message }) => message.split(' ').slice(0, 3).join(' '));
  };

  it.each([
    ['install --trusted-host h x', 'command line: --trusted-host'],
    ['install --trusted h x', 'command line: --trusted-host'],
    ['install -f ./wheels x', 'command line: --find-links'],
    ['install -f file:///wheels x', 'command line: --find-links'],
    ['install -i file:///srv/simple x', 'command line: --index-url'],
    ['install --extra-index-url /srv x', 'command line: --extra-index-url'],
  ])('%s', async (words, expected) => {
    expect(await bypass(`/v/bin/pip ${words}`)).toStrictEqual([expect.stringContaining(expected)]);
  });

  it('and their benign twins', async () => {
    expect(
      await bypass('/v/bin/pip install -f https://l.test/ -i https://i.test/ --pre x'),
    ).toStrictEqual([]);
  });

  it('in requirement files name file and line', async () => {
    const where = 'r.txt:7';
    const readings = {
      'r.txt': {
        options: [
          { name: '--trusted-host', value: 'h', where },
          { name: '--find-links', value: './w', where },
          { name: '--find-links', value: 'https://l.test/', where },
          { name: '--pre', value: null, where },
        ],
        urls: [
          { url: 'git+ssh://h.test/r', kind: 'vcs', where },
          { url: 'git+https://h.test/r', kind: 'vcs', where },
          { url: 'ftp://h.test/r.zip', kind: 'remote', where },
          { url: './local', kind: 'local', where },
        ],
      },
    } as const;
    const intent = await intend('/v/bin/pip install -r r.txt', { readings });
    expect(intent.refusals.map(({ message }) => message)).toStrictEqual([
      'r.txt:7: --trusted-host h switches off the proof of who a server is',
      'r.txt:7: --find-links ./w takes files that nobody has checked',
      'r.txt:7: git+ssh: does not pass the gate; git+https: does',
      'r.txt:7: ftp: does not pass the gate; https: does',
    ]);
    expect(intent.notes).toStrictEqual([
      'r.txt:7: ./local is taken from this machine; wheelproof does not check it.',
    ]);
  });

  it('in variables are taken out of the way, whatever their spelling', async () => {
    const environment = {
      PIP_FIND_LINKS: '/wheels https://l.test/',
      PIP_trusted_host: 'h',
      PIP_NO_INDEX: '1',
      UV_OFFLINE: '1',
    };
    const { notes, refusals } = await intend('/v/bin/pip install x', { environment });
    expect(refusals).toStrictEqual([]);
    expect(notes.map((note) => note.split(' ')[0])).toStrictEqual([
      'PIP_FIND_LINKS',
      'PIP_trusted_host',
      'PIP_NO_INDEX',
    ]);
    const steered = steer('pip install x', environment).environment;
    expect(steered).toMatchObject({
      PIP_FIND_LINKS: 'https://l.test/',
      PIP_TRUSTED_HOST: 'wheelproof.invalid',
    });
    expect(Object.keys(steered)).not.toContain('PIP_trusted_host');
    expect(Object.keys(steered)).not.toContain('PIP_NO_INDEX');
    expect(Object.keys(steered)).not.toContain('UV_OFFLINE');
  });

  it('in a configuration file: links are refused, trusted hosts have no effect', async () => {
    const scene = {
      files: { '/v/pip.conf': '[global]\nfind-links = /wheels\ntrusted-host = h\n' },
    };
    const { notes } = await intend('/v/bin/pip install x', { scene });
    expect(await bypass('/v/bin/pip install x', { scene })).toStrictEqual([
      '/v/pip.conf:2: --find-links /wheels',
    ]);
    expect(notes).toStrictEqual(['/v/pip.conf:3: trusted-host has no effect here.']);
    // With --isolated pip does not see the variable that takes its place.
    expect(await bypass('/v/bin/pip install --isolated x', { scene })).toHaveLength(2);
  });

  it('that a variable hid come to light once it is gone', async () => {
    const scene = { files: { '/v/pip.conf': '[global]\nfind-links = /wheels\n' } };
    const environment = { PIP_FIND_LINKS: '/other' };
    expect(await bypass('/v/bin/pip install x', { scene, environment })).toHaveLength(1);
  });
});

describe('steering', () => {
  const own = ['--proxy', ROUTE.proxy, '--cert', ROUTE.caFile];
  const cache = ['--cache-dir', ROUTE.cacheDirectory];

  it.each([
    ['pip install x', ['install', 'x', ...own, ...cache]],
    [
      'pip install --proxy= --cache-dir /c x',
      ['install', '--proxy=', '--cache-dir', '/c', 'x', ...own, ...cache],
    ],
    ['pip install a -- -b', ['install', 'a', ...own, ...cache, '--', '-b']],
    ['pip install -t -- x', ['install', '-t', '--', 'x', ...own, ...cache]],
    ['pip install --no-cache-dir x', ['install', '--no-cache-dir', 'x', ...own]],
    [
      'pip install --no-cache-dir --cache-dir /c x',
      ['install', '--no-cache-dir', '--cache-dir', '/c', 'x', ...own, ...cache],
    ],
    [
      'pip install --isolated x',
      ['install', '--isolated', 'x', ...own, ...cache, '--timeout', '600'],
    ],
    [
      'pip install --isolated --timeout 5 x',
      ['install', '--isolated', '--timeout', '5', 'x', ...own, ...cache],
    ],
    ['python3 -I -m pip install x', ['-I', '-m', 'pip', 'install', 'x', ...own, ...cache]],
    ['pip list', ['list']],
    ['pip --version', ['--version']],
  ])('%s', (words, argv) => {
    expect(steer(words).argv).toStrictEqual(argv);
  });

  it('keeps a cache switched off by a variable switched off', () => {
    expect(steer('pip install x', { PIP_NO_CACHE_DIR: 'off' }).argv).not.toContain('--cache-dir');
    expect(steer('pip install --isolated x', { PIP_NO_CACHE_DIR: '1' }).argv).toContain(
      '--cache-dir',
    );
  });

  it('keeps the old way with certificates where pip knows it', () => {
    expect(steer('pip install x', {}, '24.2').environment['PIP_USE_DEPRECATED']).toBe(
      'legacy-certs',
    );
    expect(steer('pip install x', {}, '24.1.2').environment['PIP_USE_DEPRECATED']).toBeUndefined();
    const theirs = { PIP_USE_DEPRECATED: 'legacy-resolver' };
    expect(steer('pip install x', theirs).environment['PIP_USE_DEPRECATED']).toBe(
      'legacy-resolver legacy-certs',
    );
  });

  it('replaces every spelling of proxy, certificate, cache and time-out, and leaves the rest', () => {
    const environment = {
      PIP_DEFAULT_TIMEOUT: '3',
      PIP_proxy: 'x',
      PIP_Cache_Dir: 'x',
      PIP_NO_INPUT: '1',
      A: 'b',
    };
    const steered = steer('pip install x', environment).environment;
    expect(steered).toMatchObject({
      PIP_TIMEOUT: '600',
      PIP_NO_INPUT: '1',
      A: 'b',
      PIP_PROXY: ROUTE.proxyWithSecret,
    });
    for (const name of ['PIP_DEFAULT_TIMEOUT', 'PIP_proxy', 'PIP_Cache_Dir']) {
      expect(steered).not.toHaveProperty(name);
    }
  });
});

it('reads the site’s configuration of the interpreter, not of the folder that pip lies in', async () => {
  const answer = 'pip 26.3 from /home/me/.local/lib/python3.11/site-packages/pip (python 3.11)\n';
  const script = '#!/usr/bin/python3\nimport sys\n';
  const machine = {
    ...machineOf({
      files: { '/usr/pip.conf': '[install]\nproxy = http://site\n' },
      programs: { '/home/me/.local/bin/pip': script, '/usr/bin/python3': '' },
    }),
    ask: () => Promise.resolve(answer),
  };
  const call = callOf('/home/me/.local/bin/pip install x');
  const found = await intentOf(createPip, { machine, pins: new FakePins() }, call);
  expect(found.proxy).toBe('http://site');
  expect(found.targets).toStrictEqual([{ kind: 'interpreter', path: '/usr/bin/python3' }]);
});
