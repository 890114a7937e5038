// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { readText, SHA_A, SHA_B } from './reading.test-support.ts';

const read = async (text: string, path = 'environment.yml') => {
  const { wishes } = await readText(text, path);
  return wishes.map(({ project }) => project);
};
const PIP = 'dependencies:\n  - pip: [good]\n';

it.each([
  ['a key said twice', `${PIP}dependencies: []\n`],
  ['a key said twice in another spelling', `${PIP}"dependencies": []\n`],
  ['several documents', `dependencies: []\n---\n${PIP}`],
  ['what breaks off', `${PIP}more: [x, y\n`],
  ['what nobody wrote', `${PIP}more: ${'['.repeat(50_000)}`],
  [
    'a bomb',
    `${PIP}a: &a [${'x,'.repeat(20)}]\n${Array.from({ length: 8 }, (_, at) => `k${at}: &k${at} [${`*${at === 0 ? 'a' : `k${at - 1}`}, `.repeat(9)}]\n`).join('')}`,
  ],
])('%s is refused, not read in part', async (_, text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'WP-LOCKFILE-INVALID' });
});

it('two hashes of one algorithm in a lock are refused', async () => {
  const url = 'https://files.test/a-1-py3-none-any.whl';
  const lock = `version: 1\npackage:\n- {name: a, version: '1', manager: pip, url: '${url}', hash: {sha256: ${SHA_A}, sha256: ${SHA_B}}}\n`;
  await expect(read(lock, 'conda-lock.yml')).rejects.toMatchObject({
    code: 'WP-LOCKFILE-INVALID',
  });
});

it('what is merged in is read', async () => {
  expect(await read('x: &x {pip: [good]}\ndependencies:\n  - <<: *x\n')).toStrictEqual(['good']);
});

it('many keys take no more than their share', async () => {
  const keys = Array.from({ length: 30_000 }, (_, at) => `k${at}: 1\n`).join('');
  const began = performance.now();
  expect(await read(PIP + keys)).toStrictEqual(['good']);
  expect(performance.now() - began).toBeLessThan(8_000);
});
