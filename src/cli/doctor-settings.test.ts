// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Installer } from '../core/installer.ts';
import { thisMachine } from '../host/index.ts';
import type { Check, Surroundings } from './doctor-check.ts';
import { checkAuthorities, checkCredentials, judgeNetworkVariables } from './doctor-environment.ts';
import { checkHooks, judgeHooks } from './doctor-hooks.ts';
import { findInstallers, type InstallerKind } from './doctor-programs.ts';
import { checkConfiguration } from './doctor-settings.ts';
import { installersHere } from './installers.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wheelproof-doctor-settings-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await write('venv/pyvenv.cfg', '');
  await write('venv/bin/python3', '#!/bin/sh\n', 0o755);
  await write('venv/bin/pip', `#!${root}/venv/bin/python3\n`, 0o755);
  await write('venv/bin/uv', '#!/bin/sh\necho "uv 0.13.9"\n', 0o755);
  await write(`${SITE}/pip-26.3.dist-info/METADATA`, '');
});

const SITE = 'venv/lib/python3.11/site-packages';

async function write(path: string, text: string, mode = 0o600): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode });
  return file;
}

const surroundings = (variables: Record<string, string> = {}): Surroundings => ({
  machine: thisMachine,
  environment: {
    PATH: join(root, 'venv/bin'),
    HOME: root,
    XDG_CONFIG_DIRS: join(root, 'xdg'),
    XDG_CONFIG_HOME: join(root, '.config'),
    ...variables,
  },
  directory: root,
  home: root,
  uid: process.geteuid?.() ?? null,
});

const lines = (checks: readonly Check[]): readonly string[] =>
  checks.map(({ state, code, subject, message }) =>
    `${code ?? state} ${subject}: ${message.replaceAll(`${root}/`, '')}`.replaceAll(`${root}/`, ''),
  );

async function configured(kind: InstallerKind, variables: Record<string, string> = {}) {
  const around = surroundings(variables);
  const found = (await findInstallers(around)).find((one) => one.kind === kind);
  const installer: Installer | undefined = installersHere().find(({ name }) => name === kind);
  if (found === undefined || installer === undefined) throw new Error(`no ${kind}`);
  const settings = await checkConfiguration(around, installer, found, () => false);
  // This machine's own /etc/pip.conf is none of the test's business.
  return lines(settings.checks).filter((line) => !line.includes('/etc/pip.conf'));
}

describe('pip', () => {
  test('nothing set, nothing told', async () => {
    expect(await configured('pip')).toEqual([]);
  });

  test('all three levels of files, as pip reads them; passwords stay unsaid', async () => {
    await write('xdg/pip/pip.conf', '[global]\nproxy = http://u:secret@corporate.test:3128\n');
    await write(
      '.config/pip/pip.conf',
      '[global]\nindex-url = https://u:secret@index.test/simple/\n[download]\nfind-links = /links\n',
    );
    await write('venv/pip.conf', '[install]\ntrusted-host = index.test\ncert = /ca.pem\n');
    const told = await configured('pip');
    expect(told).toEqual([
      'note told at every run: venv/pip.conf:2: trusted-host has no effect here.',
      expect.stringMatching(
        /^WP-BYPASS-CONFIG stops every run: \.config\/pip\/pip\.conf:4: --find-links/u,
      ),
      expect.stringMatching(/^note xdg\/pip\/pip\.conf:2: proxy overridden/u),
      expect.stringMatching(
        /^note \.config\/pip\/pip\.conf:2: index-url \(https:\/\/index\.test\/simple\/\) kept/u,
      ),
      expect.stringMatching(/^note venv\/pip\.conf:3: cert overridden/u),
    ]);
    expect(told.join()).not.toContain('secret');
  });

  test('variables: kept, overridden, dropped or refused', async () => {
    const told = await configured('pip', {
      PIP_INDEX_URL: 'http://plain.test/simple/',
      PIP_EXTRA_INDEX_URL: 'https://more.test/simple/',
      PIP_NO_INDEX: '1',
      PIP_CACHE_DIR: '/cache',
      PIP_CONFIG_FILE: '/dev/null',
      PIP_REQUIRE_VIRTUALENV: '1',
    });
    expect(told).toEqual([
      expect.stringMatching(/^WP-PLAIN-HTTP stops every run: /u),
      expect.stringMatching(/^note told at every run: PIP_NO_INDEX was taken out/u),
      expect.stringMatching(/^note PIP_INDEX_URL: index-url .*kept/u),
      expect.stringMatching(/^note PIP_EXTRA_INDEX_URL: extra-index-url .*kept/u),
      expect.stringMatching(/^note PIP_CACHE_DIR: cache-dir overridden/u),
      expect.stringMatching(/^note PIP_CONFIG_FILE: config-file kept/u),
    ]);
  });

  test('a file that pip cannot read either is a problem', async () => {
    await write('.config/pip/pip.conf', 'no section = here\n');
    expect(await configured('pip')).toEqual([
      expect.stringMatching(/^WP-USAGE configuration: \.config\/pip\/pip\.conf/u),
    ]);
  });
});

describe('uv', () => {
  test('files of project, user and system; variables', async () => {
    await write('uv.toml', 'http-proxy = "http://other.test"\n');
    await write('.config/uv/uv.toml', 'index-url = "https://user.test/simple/"\n');
    await write('xdg/uv/uv.toml', 'allow-insecure-host = ["index.test"]\n');
    const told = await configured('uv', {
      UV_INDEX: 'named=https://u:secret@index.test/simple/',
      UV_CACHE_DIR: '/cache',
      UV_OFFLINE: '1',
    });
    expect(told).toEqual([
      expect.stringMatching(/^WP-BYPASS-CONFIG stops every run: uv\.toml:1: http-proxy/u),
      expect.stringMatching(
        /^WP-BYPASS-CONFIG stops every run: xdg\/uv\/uv\.toml:1: --allow-insecure-host/u,
      ),
      expect.stringMatching(/^note told at every run: UV_OFFLINE/u),
      expect.stringMatching(/^note \.config\/uv\/uv\.toml:1: index-url .*user\.test/u),
      expect.stringMatching(/^note UV_INDEX: index \(https:\/\/index\.test\/simple\/\) kept/u),
      expect.stringMatching(/^note UV_CACHE_DIR: cache-dir overridden/u),
    ]);
  });
});

describe('network', () => {
  test('proxies are chained, without their passwords; SOCKS is not', () => {
    const told = lines(
      judgeNetworkVariables({
        HTTPS_PROXY: 'http://u:secret@corporate.test:3128',
        ALL_PROXY: 'socks5://socks.test:1080',
        NO_PROXY: '*',
      }),
    );
    expect(told).toEqual([
      expect.stringMatching(/^note HTTPS_PROXY: .*through http:\/\/corporate\.test:3128$/u),
      expect.stringMatching(/^WP-USAGE ALL_PROXY: .*SOCKS/u),
      expect.stringMatching(/^note NO_PROXY: overridden/u),
    ]);
    expect(judgeNetworkVariables({ http_proxy: '', PATH: '/bin' })).toEqual([]);
  });

  test('what brings code into wheelproof, or believes anybody, is a warning', () => {
    const told = judgeNetworkVariables({
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_OPTIONS: '--require ./x.js',
      LD_PRELOAD: '/x.so',
      GIT_SSL_NO_VERIFY: '1',
    });
    expect(told.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      'NODE_TLS_REJECT_UNAUTHORIZED warning',
      'NODE_OPTIONS warning',
      'LD_PRELOAD warning',
      'GIT_SSL_NO_VERIFY note',
    ]);
    expect(judgeNetworkVariables({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });

  test('CA bundles: which are added, which cannot be read', async () => {
    const bad = await write('bad.pem', 'nothing');
    const around = surroundings({
      PIP_CERT: 'absent.pem',
      SSL_CERT_FILE: bad,
      CURL_CA_BUNDLE: bad,
    });
    expect(lines(checkAuthorities(around, []))).toEqual([
      expect.stringMatching(/^warning PIP_CERT: CA bundle absent\.pem/u),
      expect.stringMatching(/^warning SSL_CERT_FILE, CURL_CA_BUNDLE: .*no PEM certificate/u),
    ]);
    expect(checkAuthorities(surroundings(), [])).toMatchObject([{ state: 'ok' }]);
  });

  test('passwords: that there are some, who can read them, never what they are', async () => {
    expect(await checkCredentials(surroundings())).toEqual([]);
    await write('.netrc', 'machine index.test login u password secret\n', 0o644);
    await write('mine', 'machine index.test login u password secret\n', 0o600);
    const around = surroundings({ NETRC: 'mine', UV_INDEX_HOUSE_PASSWORD: 'secret' });
    const told = lines(await checkCredentials(around));
    expect(told).toEqual([
      expect.stringMatching(/^note netrc: mine is there/u),
      expect.stringMatching(/^warning netrc: \.netrc is there.*mode 644/u),
      expect.stringMatching(/^note UV_INDEX_HOUSE_PASSWORD: /u),
    ]);
    expect(told.join()).not.toContain('secret');
  });
});

describe('what runs before pip', () => {
  test('nothing', async () => {
    const around = surroundings();
    await write(`${SITE}/folders.pth`, '/somewhere/else\n# import x\n');
    expect(lines(await checkHooks(around, await findInstallers(around)))).toEqual([
      'ok venv/bin/python3: nothing runs before pip',
    ]);
  });

  test('.pth lines, custom modules, PYTHONPATH', async () => {
    await write(`${SITE}/evil.pth`, 'import os; os.system("id")\n');
    await write(`${SITE}/distutils-precedence.pth`, 'import os\n');
    await symlink('lib', join(root, 'venv/lib64'));
    await write('hooks/usercustomize.py', '');
    await write('hooks/ignored.pth', 'import os\n');
    const around = surroundings({ PYTHONPATH: 'hooks' });
    expect(lines(await checkHooks(around, await findInstallers(around)))).toEqual([
      expect.stringMatching(/^warning PYTHONPATH: /u),
      expect.stringMatching(/^note venv\/bin\/python3: .*distutils-precedence\.pth/u),
      expect.stringMatching(/^warning venv\/bin\/python3: .*evil\.pth/u),
      expect.stringMatching(/^warning venv\/bin\/python3: hooks\/usercustomize\.py/u),
    ]);
  });

  test("a distribution's own sitecustomize is a note", () => {
    const hook = { path: '/usr/lib/python3.11/sitecustomize.py', from: 'library' } as const;
    expect(judgeHooks('/usr/bin/python3', [hook])).toMatchObject([{ state: 'note' }]);
    expect(judgeHooks('/usr/bin/python3', [{ ...hook, from: 'site' }])).toMatchObject([
      { state: 'warning' },
    ]);
  });
});
