// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readClientPlatform } from './client-platform.ts';
import { likelyFile } from './likely-file.ts';
import { listed } from './scene.test-support.ts';

const TOLD = {
  cpu: 'x86_64',
  distro: { libc: { lib: 'glibc', version: '2.39' } },
  implementation: { name: 'CPython', version: '3.12.3' },
  installer: { name: 'pip', version: '26.3' },
  python: '3.12.3',
  system: { name: 'Linux', release: '6.8' },
};
const AGENT = `pip/26.3 ${JSON.stringify(TOLD)}`;
const PLATFORM = readClientPlatform(AGENT);

const files = (...names: readonly string[]) =>
  names.map((filename) => listed(Buffer.from(filename), { filename }));

const chosen = (names: readonly string[], ...specifiers: readonly string[]) =>
  PLATFORM === null ? undefined : likelyFile(files(...names), specifiers, PLATFORM)?.filename;

describe('an agent', () => {
  test('tells the platform that is installed for', () => {
    expect(PLATFORM).toMatchObject({ python: [3, 12], system: 'linux', machine: 'x86_64' });
    expect(PLATFORM?.markers).toMatchObject({ python_version: '3.12', sys_platform: 'linux' });
  });

  test.each([undefined, '', 'curl/8', 'pip/1 {', 'pip/1 null', 'pip/1 []', 'pip/1 {"python":3}'])(
    'may tell nothing: %s',
    (agent) => {
      expect(readClientPlatform(agent)).toBeNull();
    },
  );

  test('of any text never throws', () => {
    fc.assert(fc.property(fc.json(), (json) => void readClientPlatform(`pip/1 ${json}`)));
  });
});

describe('the likely file', () => {
  test('is of the newest release that meets every wish', () => {
    const names = ['a-1.0-py3-none-any.whl', 'a-1.10-py3-none-any.whl', 'a-1.9-py3-none-any.whl'];
    expect(chosen(names)).toBe('a-1.10-py3-none-any.whl');
    expect(chosen(names, '<1.10', '>=1')).toBe('a-1.9-py3-none-any.whl');
    expect(chosen(names, '>2')).toBeUndefined();
  });

  test('is the one that fits the platform best', () => {
    const fitting = [
      'a-1-cp312-cp312-manylinux_2_28_x86_64.whl',
      'a-1-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      'a-1-cp39-abi3-manylinux_2_28_x86_64.whl',
      'a-1-py3-none-any.whl',
    ];
    const foreign = [
      'a-2-cp313-cp313-manylinux_2_28_x86_64.whl',
      'a-2-cp312-cp312-manylinux_2_99_x86_64.whl',
      'a-2-cp312-cp312-musllinux_1_2_x86_64.whl',
      'a-2-cp312-cp312-manylinux_2_17_aarch64.whl',
      'a-2-cp312-cp312-macosx_11_0_arm64.whl',
      'a-2-cp312-cp312-win_amd64.whl',
      'a-2-py2-none-any.whl',
      'a-2.tar.gz',
    ];
    for (let from = 0; from < fitting.length; from += 1) {
      const left = fitting.slice(from).toReversed();
      expect(chosen([...foreign, ...left])).toBe(fitting[from]);
    }
  });

  test('is no pre-release where there is another, and nothing withdrawn', () => {
    expect(chosen(['a-2rc1-py3-none-any.whl', 'a-1-py3-none-any.whl'])).toContain('a-1-');
    expect(chosen(['a-2rc1-py3-none-any.whl'])).toContain('a-2rc1');
    const [withdrawn] = files('a-1-py3-none-any.whl');
    const all = withdrawn === undefined ? [] : [{ ...withdrawn, yanked: '' }];
    expect(PLATFORM === null ? undefined : likelyFile(all, [], PLATFORM)).toBeNull();
  });

  test('runs on the Python that is installed for', () => {
    const [old, recent] = files('a-1-py3-none-any.whl', 'a-2-py3-none-any.whl');
    if (old === undefined || recent === undefined || PLATFORM === null) throw new Error('no files');
    const all = [old, { ...recent, requiresPython: '>=3.13' }];
    expect(likelyFile(all, [], PLATFORM)?.filename).toBe(old.filename);
  });
});
