// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createPip } from './pip.ts';
import { callOf, FakePins, intentOf, machineOf, venv, type Scene } from './scene.test-support.ts';
import { UNKNOWN_PLACE } from './unknown-place.ts';
import { createUv } from './uv.ts';

type Files = NonNullable<Scene['files']>;

async function notes(words: string, files: Files = {}): Promise<readonly string[]> {
  const { files: own, programs } = venv('/v', '26.3');
  const machine = machineOf({
    files: { ...own, ...files },
    programs: { ...programs, '/v/bin/uv': 'uv 0.13.9\n' },
  });
  const kind = words.startsWith('uv') ? createUv : createPip;
  const call = callOf(words, { PATH: '/v/bin' });
  const intent = await intentOf(kind, { machine, pins: new FakePins() }, call);
  return intent.notes.filter((each) => each !== UNKNOWN_PLACE);
}

describe('a switch that turns hash checking off is told to have no effect', () => {
  it.each<[string, Files, string]>([
    ['pip install --no-require-hashes x', {}, 'command line: no-require-hashes'],
    [
      'pip install x',
      { '/etc/pip.conf': '[install]\nno-require-hashes = yes\n' },
      '/etc/pip.conf:2: no-require-hashes',
    ],
    ['uv pip install --no-verify-hashes x', {}, 'command line: no-verify-hashes'],
    [
      'uv pip install x',
      { '/w/uv.toml': '[pip]\nverify-hashes = false\n' },
      '/w/uv.toml:2: no-verify-hashes',
    ],
  ])('%s', async (words, files, told) => {
    expect(await notes(words, files)).toStrictEqual([
      `${told} has no effect here: what is pinned is compared.`,
    ]);
  });

  it('not one that leaves it on', async () => {
    const off = { '/etc/pip.conf': '[install]\nno-require-hashes = no\n' };
    expect(await notes('pip install x', off)).toStrictEqual([]);
    const on = { '/w/uv.toml': '[pip]\nverify-hashes = true\n' };
    expect(await notes('uv pip install x', on)).toStrictEqual([]);
  });
});
