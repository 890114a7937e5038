// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readPipConfiguration, type PipLevels } from './pip-configuration.ts';
import { pipSettings } from './pip-settings.ts';
import { callOf, machineOf } from './scene.test-support.ts';

const FILES = {
  '/etc/xdg/pip/pip.conf': '[global]\nproxy = xdg\ncert = xdg\n',
  '/etc/pip.conf': '[global]\ncert = system\nindex-url = system\n[install]\ntarget = system\n',
  '/home/me/.pip/pip.conf': '[global]\nindex_url = legacy\n--timeout = 5\n',
  '/home/me/.config/pip/pip.conf': '[global]\nindex-url = user\ntarget = user\n',
  '/v/pip.conf': '[global]\nextra-index-url = site\n[download]\nextra-index-url = other\n',
  '/w/own.conf': '[install]\nindex-url = own\nfind-links = a\n  b\n',
};

async function effective(
  environment: Readonly<Record<string, string>>,
  levels: Partial<PipLevels> = {},
  files: Readonly<Record<string, string>> = FILES,
) {
  const call = callOf('pip install', environment);
  const all = { verb: 'install', isolated: false, prefix: '/v', ...levels };
  const configuration = await readPipConfiguration(machineOf({ files }), call, all);
  return pipSettings({ options: [], words: [], end: 0 }, configuration);
}

describe('precedence', () => {
  it('is pip’s: later files, then the verb’s section, then variables', async () => {
    const settings = await effective({});
    expect(settings.one('--proxy')).toBe('xdg');
    expect(settings.one('--cert')).toBe('system');
    expect(settings.one('--index-url')).toBe('user');
    // A verb's section beats a later file's [global].
    expect(settings.one('--target')).toBe('system');
    expect(settings.every('--extra-index-url')).toStrictEqual([
      { value: 'site', where: '/v/pip.conf:2' },
    ]);
    expect(settings.one('--timeout')).toBe('5');
    const variables = await effective({ PIP_TARGET: 'env', PIP_cert: '', PIP_Index__Url: 'no' });
    expect(variables.one('--target')).toBe('env');
    expect(variables.one('--cert')).toBe('system');
    expect(variables.one('--index-url')).toBe('user');
  });

  it('of PIP_CONFIG_FILE hides the user’s files, and /dev/null all of them', async () => {
    const own = await effective({ PIP_CONFIG_FILE: 'own.conf' });
    expect(own.one('--index-url')).toBe('own');
    expect(own.one('--timeout')).toBeNull();
    expect(own.every('--find-links').map(({ value }) => value)).toStrictEqual(['a', 'b']);
    const missing = await effective({ PIP_CONFIG_FILE: '/none' });
    expect(missing.one('--index-url')).toBe('user');
    expect((await effective({ PIP_CONFIG_FILE: '/dev/null' })).one('--cert')).toBeNull();
  });

  it('under --isolated leaves the user’s files and variables out', async () => {
    const settings = await effective({ PIP_TARGET: 'env' }, { isolated: true });
    expect(settings.one('--index-url')).toBe('system');
    expect(settings.one('--target')).toBe('system');
  });

  it('takes the XDG folders', async () => {
    const files = {
      '/x/b/pip/pip.conf': '[global]\ncert=b\n',
      '/c/pip/pip.conf': '[global]\nproxy=c\n',
    };
    const settings = await effective(
      { XDG_CONFIG_DIRS: '/x/a:/x/b', XDG_CONFIG_HOME: '/c' },
      {},
      files,
    );
    expect([settings.one('--cert'), settings.one('--proxy')]).toStrictEqual(['b', 'c']);
  });
});
