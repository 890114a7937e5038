// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { readClientPlatform } from './client-platform.ts';
import { unfitWheels } from './unfit-wheels.ts';

const agent = (told: object = {}): string =>
  `pip/26.3 ${JSON.stringify({
    cpu: 'x86_64',
    implementation: { name: 'CPython' },
    python: '3.11.7',
    system: { name: 'Linux' },
    ...told,
  })}`;
const unfit = (told?: object) => unfitWheels(readClientPlatform(agent(told)));

describe('for a CPython 3.11 on Linux', () => {
  test.each([
    'a-1.0-cp311-cp311-macosx_11_0_arm64.whl',
    'a-1.0-cp311-cp311-win_amd64.whl',
    'a-1.0-cp311-cp311-WIN32.whl',
    'a-1.0-py3-none-win_arm64.whl',
    'a-1.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl',
    'a-1.0-cp311-cp311-musllinux_1_2_s390x.whl',
    'a-1.0-cp310-cp310-manylinux_2_17_x86_64.whl',
    'a-1.0-1-cp312-cp312-manylinux_2_17_x86_64.whl',
    'a-1.0-cp312-abi3-manylinux_2_17_x86_64.whl',
    'a-1.0-cp313-cp313t-linux_x86_64.whl',
    'a-1.0-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl',
    'a-1.0-cp27-cp27mu-manylinux1_x86_64.whl',
  ])('%s is skipped', (filename) => {
    expect(unfit()?.has(filename)).toBe(true);
  });

  test.each([
    'a-1.0-py3-none-any.whl',
    'a-1.0-py2-none-any.whl',
    'a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl',
    'a-1.0-cp311-cp311-linux_x86_64.whl',
    'a-1.0-cp311-cp311-musllinux_1_2_x86_64.whl',
    'a-1.0-cp311-cp311-manylinux1_i686.whl.whl',
    'a-1.0-cp39-abi3-manylinux_2_17_x86_64.whl',
    'a-1.0-cp39-none-any.whl',
    'a-1.0-cp310.cp311-cp310.cp311-manylinux_2_17_x86_64.whl',
    'a-1.0-cp311-cp311-macosx_10_9_x86_64.manylinux_2_17_x86_64.whl',
    'a-1.0-cp311-cp311-somewhere_new.whl',
    'a-1.0-xy11-none-any.whl',
    'a-1.0.tar.gz',
    'nonsense.whl',
    '',
  ])('%s is read', (filename) => {
    expect(unfit()?.has(filename)).toBe(false);
  });
});

test.each([
  ['PyPy', { implementation: { name: 'PyPy' } }],
  ['macOS', { system: { name: 'Darwin' } }],
  ['Windows', { system: { name: 'Windows' } }],
  ['a machine that is not known', { cpu: 'sparc64' }],
  ['who does not say', { python: null }],
])('for %s nothing is skipped', (_name, told) => {
  expect(unfit(told)).toBeNull();
});

test('a 32-bit Python may run on a 64-bit machine', () => {
  expect(unfit()?.has('a-1.0-cp311-cp311-manylinux1_i686.whl')).toBe(false);
});
