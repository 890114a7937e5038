// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { createAnyCommand } from './any-command.ts';
import { createNox } from './nox.ts';
import { callOf, FakePins, machineOf, ROUTE } from './scene.test-support.ts';

async function played(words: string, environment: Readonly<Record<string, string>> = {}) {
  const machine = machineOf({
    files: { '/w/poetry.toml': '[virtualenvs]\npath = "/venvs"\n' },
    programs: { '/usr/bin/make': '', '/usr/bin/nox': '2026.10.20' },
  });
  const installer = (words.startsWith('nox') ? createNox : createAnyCommand)({
    machine,
    pins: new FakePins(),
  });
  const call = callOf(words, environment);
  const recognised = installer.recognise(call.words) ?? { starter: [], argv: [] };
  const located = await installer.locate(recognised, call);
  const { targets } = await installer.intend(recognised, located, call);
  return { targets, steered: installer.steer(recognised, located, call, ROUTE).environment };
}

it.each(['run -- make', 'nox'])('%s holds the tools that it starts', async (words) => {
  const { steered } = await played(words, { TOX_OVERRIDE: 'testenv.x=1' });
  expect(steered).toMatchObject({
    POETRY_VIRTUALENVS_PATH: '/venvs',
    POETRY_SYSTEM_GIT_CLIENT: 'true',
    PDM_NO_CACHE: '1',
    PDM_PYPI_JSON_API: 'false',
    TOX_OVERRIDE: expect.stringMatching(/^testenv\.x=1;testenv\.pass_env\+=ALL_PROXY,.*GIT_\*/u),
  });
});

it('looks where tools that a command may start keep environments', async () => {
  const many = async (environment: Readonly<Record<string, string>> = {}) =>
    (await played('run -- make', environment)).targets.flatMap(({ kind, path }) =>
      kind === 'environments' ? [path] : [],
    );
  expect(await many()).toStrictEqual([
    '/home/me/.local/share/pipx',
    '/home/me/.local/pipx',
    '/home/me/.local/share/uv/tools',
    '/w/.tox',
    '/w/.nox',
  ]);
  expect(await many({ PIPX_HOME: '/p', UV_TOOL_DIR: '/u' })).toEqual(
    expect.arrayContaining(['/p', '/u']),
  );
});
