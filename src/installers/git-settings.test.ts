// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { askForGitKeys, gitEnvironment, readGitKeys, type GitKeys } from './git-settings.ts';
import { callOf, machineOf, ROUTE } from './scene.test-support.ts';

const call = callOf('pip install x');

function settingsIn(environment: Readonly<Record<string, string>>): Record<string, string> {
  const count = Number(environment['GIT_CONFIG_COUNT']);
  const at = Array.from({ length: count }, (_, index) => index);
  return Object.fromEntries(
    at.map((index) => [
      environment[`GIT_CONFIG_KEY_${index}`],
      environment[`GIT_CONFIG_VALUE_${index}`],
    ]),
  );
}

describe('git is asked', () => {
  const asked = 'wheelproof.asked\nyes\0';
  it.each<[string, string | undefined, GitKeys]>([
    ['nothing of the kind', asked, { keys: [], rewrites: [] }],
    [
      'each key once',
      `http.proxy\nhttp://a.test\0http.https://a.test/.proxy\nx\0http.proxy\ny\0${asked}`,
      { keys: ['http.proxy', 'http.https://a.test/.proxy'], rewrites: [] },
    ],
    [
      'where it leads',
      `url.https://m.test/.insteadof\nhttps://a.test/\0url.git@a.test:.insteadof\nhttps://a.test/\0${asked}`,
      {
        keys: [],
        rewrites: [
          { base: 'https://m.test/', insteadOf: 'https://a.test/' },
          { base: 'git@a.test:', insteadOf: 'https://a.test/' },
        ],
      },
    ],
    ['a key without a value', `http.proxy\0${asked}`, { keys: ['http.proxy'], rewrites: [] }],
    ['broken files, or a git that is too old', '', null],
    ['no git', undefined, null],
    [
      'a flood',
      `${asked}${Array.from({ length: 501 }, (_, n) => `http.${n}.proxy\nx`).join('\0')}`,
      null,
    ],
  ])('%s', async (_, answer, found) => {
    const programs = answer === undefined ? {} : { '/usr/bin/git': answer };
    expect(await readGitKeys(machineOf({ programs }), call)).toStrictEqual(found);
  });
});

describe('git that is asked early', () => {
  const machine = machineOf({ programs: { '/usr/bin/git': 'wheelproof.asked\nyes\0' } });

  it('answers once for a call, and anew for the next', async () => {
    let times = 0;
    const counting: typeof machine = {
      ...machine,
      ask: (...question) => ((times += 1), machine.ask(...question)),
    };
    askForGitKeys(counting, call);
    expect(await readGitKeys(counting, call)).toStrictEqual({ keys: [], rewrites: [] });
    expect(times).toBe(1);
    await readGitKeys(counting, { ...call });
    expect(times).toBe(2);
  });

  it('fails where its answer is read', async () => {
    const broken = { ...machine, ask: () => Promise.reject(new Error('too long')) };
    askForGitKeys(broken, call);
    await expect(readGitKeys(broken, call)).rejects.toThrow('too long');
  });
});

describe('what git is told', () => {
  it('is the route, under every key that is stronger than its environment', () => {
    const keys = [
      'http.https://a.test/.proxy',
      'http.https://a.test/.sslverify',
      'remote.o.proxy',
      'protocol.ssh.allow',
      'protocol.file.allow',
    ];
    const environment = gitEnvironment(call, ROUTE, { keys, rewrites: [] });
    expect(settingsIn(environment)).toStrictEqual({
      'http.proxy': ROUTE.proxyWithSecret,
      'http.sslVerify': 'true',
      [`credential.${ROUTE.proxy}.helper`]: '',
      'protocol.allow': 'never',
      'protocol.https.allow': 'always',
      'protocol.file.allow': 'user',
      'protocol.ssh.allow': 'never',
      'http.https://a.test/.proxy': ROUTE.proxyWithSecret,
      'http.https://a.test/.sslverify': 'true',
      'remote.o.proxy': ROUTE.proxyWithSecret,
    });
    expect(environment).not.toHaveProperty('GIT_CONFIG_GLOBAL');
  });

  it("keeps the user's own settings of the environment, before ours", () => {
    const own = {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'http.proxy',
      GIT_CONFIG_VALUE_0: 'http://elsewhere.test',
      GIT_CONFIG_KEY_1: 'url.https://mirror.test/.insteadOf',
      GIT_CONFIG_VALUE_1: 'https://forge.test/',
    };
    const environment = gitEnvironment(callOf('pip install x', own), ROUTE, {
      keys: [],
      rewrites: [],
    });
    expect(environment['GIT_CONFIG_KEY_1']).toBe('url.https://mirror.test/.insteadOf');
    expect(settingsIn(environment)['http.proxy']).toBe(ROUTE.proxyWithSecret);
  });

  it('is nothing of its files where they could not be asked about', () => {
    const own = { GIT_CONFIG_COUNT: 'many', GIT_CONFIG_KEY_0: 'http.proxy' };
    expect(gitEnvironment(callOf('pip install x', own), ROUTE, null)).toStrictEqual({
      GIT_ALLOW_PROTOCOL: 'https:file',
      GIT_HTTP_PROXY_AUTHMETHOD: 'basic',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    });
  });
});
