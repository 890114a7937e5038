// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { gitEnvironment, readGitKeys } from './git-settings.ts';
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
  it.each<[string, string | undefined, readonly string[] | null]>([
    ['nothing of the kind', 'wheelproof.asked\0', []],
    [
      'each key once',
      'http.proxy\0http.https://a.test/.proxy\0http.proxy\0wheelproof.asked\0',
      ['http.proxy', 'http.https://a.test/.proxy'],
    ],
    ['broken files', '', null],
    ['no git', undefined, null],
    [
      'a flood',
      `wheelproof.asked\0${Array.from({ length: 501 }, (_, n) => `http.${n}.proxy`).join('\0')}`,
      null,
    ],
  ])('%s', async (_, answer, keys) => {
    const programs = answer === undefined ? {} : { '/usr/bin/git': answer };
    expect(await readGitKeys(machineOf({ programs }), call)).toStrictEqual(keys);
  });
});

describe('what git is told', () => {
  it('is the route, under every key that is stronger than its environment', () => {
    const keys = ['http.https://a.test/.proxy', 'http.https://a.test/.sslverify', 'remote.o.proxy'];
    const environment = gitEnvironment(call, ROUTE, keys);
    expect(settingsIn(environment)).toStrictEqual({
      'http.proxy': ROUTE.proxyWithSecret,
      'http.sslVerify': 'true',
      [`credential.${ROUTE.proxy}.helper`]: '',
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
    const environment = gitEnvironment(callOf('pip install x', own), ROUTE, []);
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
