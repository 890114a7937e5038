// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Scene } from './scene.test-support.ts';
import { callOf, FakePins, intentOf, machineOf, ROUTE, venv } from './scene.test-support.ts';
import { modulePrefix, shadowRefusals, withoutHooks } from './interpreter-hooks.ts';
import { createPip } from './pip.ts';
import { createUv } from './uv.ts';

const HOOKED = { PYTHONPATH: '/evil:lib', PYTHONPYCACHEPREFIX: '/evil', PYTHONUTF8: '1' };

describe('withoutHooks', () => {
  it('takes out what would run inside the installer', () => {
    const { environment, notes } = withoutHooks(callOf('pip install x', HOOKED), {
      site: '/v/lib',
      needed: false,
    });
    expect(environment).toMatchObject({ PYTHONUTF8: '1' });
    expect(environment).not.toHaveProperty('PYTHONPATH');
    expect(environment).not.toHaveProperty('PYTHONPYCACHEPREFIX');
    expect(notes.map((text) => text.split(' ')[0])).toStrictEqual([
      'PYTHONPATH',
      'PYTHONPYCACHEPREFIX',
    ]);
  });

  it('leaves PYTHONPATH where the installer itself lies there', () => {
    const { environment } = withoutHooks(callOf('pip', HOOKED), { site: '/w/lib', needed: false });
    expect(environment).toMatchObject({ PYTHONPATH: '/evil:lib' });
  });
});

describe('a run', () => {
  const programs = { '/v/bin/uv': 'uv 0.13.9\n' };
  const { files = {}, programs: pips = {} } = venv('/v', '26.3');

  async function variables(words: string, extra: Scene['files'] = {}) {
    const kind = words.startsWith('uv') ? createUv : createPip;
    const machine = machineOf({
      files: { ...files, ...extra },
      programs: { ...pips, ...programs },
    });
    const ports = { machine, pins: new FakePins() };
    const call = callOf(words, { PATH: '/v/bin', ...HOOKED });
    const installer = kind(ports);
    const recognised = installer.recognise(call.words);
    if (recognised === null) throw new Error('not recognised');
    const located = await installer.locate(recognised, call);
    const { notes } = await intentOf(kind, ports, call);
    return { steered: installer.steer(recognised, located, call, ROUTE), notes };
  }

  it.each(['pip install x', 'uv pip install x', 'uv sync'])(
    '%s is without hooks',
    async (words) => {
      const { steered, notes } = await variables(words);
      expect(steered.environment).not.toHaveProperty('PYTHONPATH');
      expect(notes.filter((text) => text.startsWith('PYTHONPATH'))).toHaveLength(1);
    },
  );

  it.each([
    'uv run prog',
    'uvx prog',
    'pip install --no-build-isolation x',
    'uv pip install --no-build-isolation x',
  ])('%s keeps what is needed', async (words) => {
    if (words.startsWith('uvx')) Object.assign(programs, { '/v/bin/uvx': 'uvx 0.13.9\n' });
    const { steered, notes } = await variables(words);
    expect(steered.environment).toMatchObject({ PYTHONPATH: '/evil:lib' });
    expect(notes.filter((text) => text.startsWith('PYTHON'))).toStrictEqual([]);
  });

  it('a module is not looked for in the working directory', async () => {
    const { steered } = await variables('/v/bin/python3 -m pip install x');
    expect(steered.argv.slice(0, 3)).toStrictEqual(['-P', '-m', 'pip']);
  });
});

describe('modulePrefix', () => {
  it('knows since when Python has the switch', () => {
    expect(modulePrefix(['-m', 'pip'], '3.11')).toStrictEqual(['-P', '-m', 'pip']);
    expect(modulePrefix(['-m', 'pip'], '3.10')).toStrictEqual(['-m', 'pip']);
    expect(modulePrefix(['-m', 'pip'], '')).toStrictEqual(['-m', 'pip']);
    expect(modulePrefix([], '3.12')).toStrictEqual([]);
  });

  it('an older one is refused where the working directory holds such a module', async () => {
    const machine = machineOf({ files: { '/w/pip.py': '' } });
    const ask = async (...prefix: readonly string[]) =>
      (await shadowRefusals(machine, callOf('pip'), { prefix, module: 'pip' })).length;
    expect(await ask('-m', 'pip')).toBe(1);
    expect(await ask('-P', '-m', 'pip')).toBe(0);
    expect(await ask('-I', '-m', 'pip')).toBe(0);
    expect(await ask()).toBe(0);
  });
});
