// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { createPdm } from './pdm.ts';
import { createPipenv } from './pipenv.ts';
import { callOf, FakePins, intentOf, machineOf } from './scene.test-support.ts';

interface Told {
  readonly files: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

const PDM_PROJECT = { '/w/pyproject.toml': '' };

async function asked(words: string, { files, environment = {} }: Told) {
  const pdm = words.startsWith('pdm');
  const programs = pdm
    ? { '/usr/bin/pdm': 'PDM, version 2.29.3' }
    : { '/usr/bin/pipenv': 'pipenv, version 2026.10.3' };
  const pins = new FakePins();
  const ports = { machine: machineOf({ files, programs }), pins };
  await intentOf(pdm ? createPdm : createPipenv, ports, callOf(words, environment));
  return pins.asked;
}

it('reads the lock beside the Pipfile, whatever that is called', async () => {
  const environment = { PIPENV_PIPFILE: '/w/deps' };
  const there = { '/w/deps': '', '/w/deps.lock': '{}' };
  const found = await asked('pipenv sync', { files: there, environment });
  expect(found).toContain('constraint /w/deps.lock as Pipfile.lock');
});

it.each([
  ['pdm sync', {}, '/w/pdm.lock'],
  ['pdm sync -L other.toml', { PDM_LOCKFILE: 'stated' }, '/w/other.toml'],
  ['pdm sync', { PDM_LOCKFILE: 'stated' }, '/w/stated'],
])('reads the lock that is meant: %s %j', async (words, environment, path) => {
  const locks = { '/w/pdm.lock': '', '/w/other.toml': '', '/w/stated': '' };
  const found = await asked(words, { files: { ...PDM_PROJECT, ...locks }, environment });
  expect(found).toContain(`constraint ${path} as pdm.lock`);
});

it('reads the lock of a workspace around it', async () => {
  const folder = { '/p/w/pyproject.toml': '', '/p/pdm.lock': '' };
  const around = '[tool.pdm.workspace]\nmembers = ["w"]';
  const whole = { ...folder, '/p/pyproject.toml': around };
  expect(await asked('pdm add x -p /p/w', { files: whole })).toContain('constraint /p/pdm.lock');
  const apart = { ...folder, '/p/pyproject.toml': '[project]\nname = "other"' };
  expect(await asked('pdm add x -p /p/w', { files: apart })).not.toContain(
    'constraint /p/pdm.lock',
  );
});
