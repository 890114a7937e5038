// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { callOf, FakePins, intentOf, machineOf } from './scene.test-support.ts';
import { createUv } from './uv.ts';

const pins = new FakePins({
  'i.txt': {
    options: [{ name: '--index-url', value: 'https://i.example/', where: 'i.txt:1' }],
  },
});
const FILES = {
  '/v/pyvenv.cfg': 'home = /usr/bin\nversion = 3.11.7\n',
  '/u/pyvenv.cfg': 'home = /usr/bin\nversion_info = 3.13.1\n',
};
const PROGRAMS = { '/usr/bin/uv': 'uv 0.13.9\n', '/v/bin/python': '', '/usr/bin/python3': '' };

async function intended(
  words: string,
  { environment = {}, files = {} }: Partial<Record<'environment' | 'files', object>> = {},
) {
  const machine = machineOf({ files: { ...FILES, ...files }, programs: PROGRAMS });
  return await intentOf(createUv, { machine, pins }, callOf(words, { ...environment }));
}

test.each<[string, string | undefined]>([
  ['', undefined],
  ['--python /v', '3.11'],
  ['--python /v/bin/python', '3.11'],
  ['--python /u', '3.13'],
  ['--python 3.12', '3.12'],
  ['--python 3.12.4', '3.12'],
  ['-p cpython@3.14', '3.14'],
  ['--python /usr/bin/python3', undefined],
  ['--python pypy', undefined],
])('the Python that uv pip install %s takes is %s', async (words, python) => {
  const { resolution } = await intended(`uv pip install ${words} x`.replace('  ', ' '));
  expect(resolution).toEqual({
    files: true,
    dependencies: true,
    ...(python === undefined ? {} : { python }),
  });
});

test('the environment that is active tells it too', async () => {
  const environment = { VIRTUAL_ENV: '/u' };
  const { resolution } = await intended('uv pip install x', { environment });
  expect(resolution?.python).toBe('3.13');
});

test.each([
  'uv pip install x',
  'uv pip install --default-index https://i.example/simple/ x',
  'uv pip install --index-url https://i.example/simple/ x',
  'uv pip install --find-links https://links.example/ x',
])('what %s asks for can be told', async (words) => {
  expect((await intended(words)).resolution).toEqual({ files: true, dependencies: true });
});

test('no file is asked for where nothing is installed', async () => {
  const { resolution } = await intended('uv pip install --dry-run x');
  expect(resolution).toEqual({ files: false, dependencies: true });
});

test.each(['uv pip install --no-deps x', 'uv pip sync r.txt'])(
  'what %s asks for follows from no metadata',
  async (words) => {
    expect((await intended(words)).resolution).toEqual({ files: true, dependencies: false });
  },
);

test.each([
  'uv pip install --index https://i.example/simple/ x',
  'uv pip install --extra-index-url https://i.example/simple/ x',
  'uv pip install --default-index https://a.example/ --index https://b.example/ x',
  'uv pip install --default-index https://a.example/ --default-index https://b.example/ x',
  'uv pip install -r i.txt',
  'uv pip install --default-index https://a.example/ -r i.txt',
  'uv pip install --offline x',
  'uv pip install --no-index --find-links https://links.example/ x',
  'uv pip install --resolution lowest x',
  'uv pip install --exclude-newer 2026-01-01 x',
  'uv pip install --python-version 3.9 x',
  'uv pip install --python-platform windows x',
  'uv pip compile r.txt',
  'uv sync',
  'uv add x',
  'uvx x',
])('what %s asks for, and of whom, cannot be told', async (words) => {
  const programs = { ...PROGRAMS, '/usr/bin/uvx': 'uvx 0.13.9\n' };
  const ports = { machine: machineOf({ files: FILES, programs }), pins };
  expect((await intentOf(createUv, ports, callOf(words))).resolution).toBeUndefined();
});

test.each<[string, boolean]>([
  ['[[tool.uv.index]]\nurl = "https://i.example/"\ndefault = true\n', true],
  ['[[tool.uv.index]]\nurl = "https://i.example/"\n', false],
  ['[[tool.uv.index]]\nurl = "https://i.example/"\ndefault = true\nexplicit = true\n', false],
  ['[tool.uv]\nindex-url = "https://i.example/"\n', true],
  ['[tool.uv]\nextra-index-url = ["https://i.example/"]\n', false],
  ['[tool.uv.pip]\npython-version = "3.9"\n', false],
])('with %j it can: %s', async (project, can) => {
  const { resolution } = await intended('uv pip install x', {
    files: { '/w/pyproject.toml': project },
  });
  expect(resolution !== undefined).toBe(can);
});

test.each<[string, object]>([
  ['offline', { '/w/uv.toml': 'offline = true\n' }],
  ['no-index', { '/w/uv.toml': 'no-index = true\n' }],
  ['pip.no-index', { '/w/uv.toml': '[pip]\nno-index = true\n' }],
])('no index is asked with %s', async (_name, files) => {
  const { asksNoIndex, resolution } = await intended('uv pip install x', { files });
  expect(asksNoIndex).toBe(true);
  expect(resolution).toBeUndefined();
});
