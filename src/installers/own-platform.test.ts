// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { createPip } from './pip.ts';
import { callOf, FakePins, intentOf, machineOf, venv } from './scene.test-support.ts';
import { createUv } from './uv.ts';

const pins = new FakePins();
const V = venv('/v', '26.3');

test.each<[string, true | undefined]>([
  ['install x', true],
  ['download --platform win_amd64 --only-binary :all: x', undefined],
  ['install --python-version 3.9 --target t x', undefined],
  ['download --abi cp39 x', undefined],
  ['download --implementation pp x', undefined],
])('pip %s takes what is for its own Python: %s', async (words, own) => {
  const ports = { machine: machineOf(V), pins };
  const { ownPlatform } = await intentOf(createPip, ports, callOf(`/v/bin/pip ${words}`));
  expect(ownPlatform).toBe(own);
});

test.each<[string, string | null, true | undefined]>([
  ['uv pip install x', null, true],
  ['uv pip sync r.txt', null, true],
  ['uv pip install --python-platform windows x', null, undefined],
  ['uv pip install --python-version=3.9 x', null, undefined],
  ['uv pip compile r.txt', null, undefined],
  ['uv sync', null, undefined],
  ['uv add x', null, undefined],
  ['uvx x', null, undefined],
  ['uv pip install x', '[tool.uv.pip]\npython-platform = "windows"\n', undefined],
  ['uv pip install x', '[tool.uv.pip]\npython-version = "3.9"\n', undefined],
  ['uv pip install x', '[tool.uv.pip]\nuniversal = false\n', true],
])('%s with %j takes what is for its own Python: %s', async (words, project, own) => {
  const files = project === null ? {} : { '/w/pyproject.toml': project };
  const programs = { '/usr/bin/uv': 'uv 0.13.9\n', '/usr/bin/uvx': 'uvx 0.13.9\n' };
  const ports = { machine: machineOf({ files, programs }), pins };
  expect((await intentOf(createUv, ports, callOf(words))).ownPlatform).toBe(own);
});

test.each<[string, true | undefined]>([
  ['uv pip install x', undefined],
  ['uv pip install --offline x', true],
  ['uv --offline sync', true],
  ['uv pip install --no-index --find-links https://links.example/ x', true],
])('%s asks no index: %s', async (words, none) => {
  const ports = { machine: machineOf({ programs: { '/usr/bin/uv': 'uv 0.13.9\n' } }), pins };
  expect((await intentOf(createUv, ports, callOf(words))).asksNoIndex).toBe(none);
});

test.each<[string, Record<string, string>, true | undefined]>([
  ['uv pip install x', {}, true],
  ['uv sync', {}, true],
  ['uv pip install --no-cache x', {}, undefined],
  ['uv -n pip install x', {}, undefined],
  ['uv pip install x', { UV_NO_CACHE: '1' }, undefined],
  ['uv pip list', {}, undefined],
])('%s with %j keeps pages: %s', async (words, environment, keeps) => {
  const ports = { machine: machineOf({ programs: { '/usr/bin/uv': 'uv 0.13.9\n' } }), pins };
  const call = callOf(words);
  const inside = { ...call, environment: { ...call.environment, ...environment } };
  expect((await intentOf(createUv, ports, inside)).keepsPages).toBe(keeps);
});

test.each<[string, string, string]>([
  [
    '/w/uv.toml',
    '[[index]]\nurl = "https://index.example/simple"\ncache-control = { api = "max-age=9" }\n',
    '3',
  ],
  [
    '/w/pyproject.toml',
    '[[tool.uv.index]]\nname = "x"\nurl = "https://index.example/simple"\ncache-control = { files = "max-age=9" }\n',
    '4',
  ],
])(
  'what uv keeps is for one run alone where %s says how long pages hold',
  async (file, text, line) => {
    const programs = { '/usr/bin/uv': 'uv 0.13.9\n' };
    const ports = { machine: machineOf({ files: { [file]: text }, programs }), pins };
    const intent = await intentOf(createUv, ports, callOf('uv pip install x'));
    const { keepsApart, keepsPages, keepsWheels, notes } = intent;
    expect([keepsApart, keepsPages, keepsWheels]).toStrictEqual([true, undefined, undefined]);
    expect(notes.filter((note) => note.includes('cache-control'))).toStrictEqual([
      `${file}:${line}: cache-control is not ours to overrule; what uv keeps is kept for this run alone.`,
    ]);
  },
);
