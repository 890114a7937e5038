// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { callOf, FakePins, intentOf, machineOf, ROUTE } from './scene.test-support.ts';
import { createUv } from './uv.ts';

const PROGRAMS = {
  '/usr/bin/uv': 'uv 0.13.9\n',
  '/usr/bin/uvx': 'uvx 0.13.9\n',
  '/usr/bin/git': '',
};

async function keeps(
  words: string,
  variables: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
) {
  const machine = machineOf({ files, programs: PROGRAMS });
  const call = callOf(words);
  const environment = { ...call.environment, ...variables };
  const ports = { machine, pins: new FakePins() };
  return (await intentOf(createUv, ports, { ...call, environment })).keepsWheels === true;
}

describe('what uv unpacked is kept', () => {
  it.each([
    'uv pip install good',
    'uv pip sync requirements.txt',
    'uv pip install --link-mode copy good',
    'uv pip install --link-mode=copy good',
  ])('for %s', async (words) => expect(await keeps(words)).toBe(true));

  it.each([
    'uv pip install --no-cache good',
    'uv pip install -n good',
    'uv pip install --offline good',
    'uv pip install --link-mode hardlink good',
    'uv pip install --link-mode=symlink good',
    'uv pip install --link-mode clone good',
    'uv pip compile requirements.in',
    'uv sync',
    'uv run x',
    'uv add good',
    'uv tool install good',
    'uvx good',
    'uv venv',
  ])('not for %s', async (words) => expect(await keeps(words)).toBe(false));

  it.each([
    [{ UV_NO_CACHE: '1' }, false],
    [{ UV_LINK_MODE: 'hardlink' }, false],
    [{ UV_LINK_MODE: 'clone' }, false],
    [{ UV_LINK_MODE: 'copy' }, true],
    [{ UV_LINK_MODE: '' }, true],
  ])('with %j: %s', async (variables, kept) => {
    expect(await keeps('uv pip install good', variables)).toBe(kept);
  });

  it.each([
    ['link-mode = "hardlink"', false],
    ['link-mode = "copy"', true],
    ['[pip]\nlink-mode = "symlink"', false],
  ])('with %j in uv.toml: %s', async (text, kept) => {
    expect(await keeps('uv pip install good', {}, { '/w/uv.toml': text })).toBe(kept);
  });
});

it.each([
  ['uv pip install good', 'copy'],
  ['uv pip install --no-cache good', undefined],
  ['uv sync', undefined],
])('shares no file with what it installs: %s', async (words, mode) => {
  const uv = createUv({ machine: machineOf({ programs: PROGRAMS }), pins: new FakePins() });
  const call = callOf(words);
  const recognised = uv.recognise(call.words);
  if (recognised === null) throw new Error('not uv');
  const located = await uv.locate(recognised, call);
  await uv.intend(recognised, located, call);
  const { environment } = uv.steer(recognised, located, call, ROUTE);
  expect(environment['UV_LINK_MODE']).toBe(mode);
});
