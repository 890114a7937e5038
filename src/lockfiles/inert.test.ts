// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readText, SHA_A } from './reading.test-support.ts';

/* What is stated must bind: a hash that can belong to no file would pin nothing, and nobody would know. */

const POETRY = '[[package]]\nname = "good"\nversion = "1.0"\n';
const NEW = '[metadata]\nlock-version = "2.1"\n';
const HASH = `hash = "sha256:${SHA_A}"`;
const UV = 'version = 1\n[[package]]\nname = "good"\nversion = "1.0"\n';
const REGISTRY = 'source = { registry = "https://index.test/simple/" }\n';
const PDM = `[metadata]\nlock_version = "4.5"\n${POETRY}`;

describe('a hash without a name of its own is one of the release', () => {
  it.each([
    `${POETRY}files = [{ ${HASH} }]\n${NEW}`,
    `${POETRY}[metadata]\nlock-version = "1.1"\n[metadata.hashes]\ngood = ["${SHA_A}"]\n`,
  ])('%s', async (text) => {
    const { pins, packages } = await readText(text, 'poetry.lock');
    expect(pins).toMatchObject([
      { project: 'good', version: '1.0', filename: null, hashes: { sha256: SHA_A } },
    ]);
    expect(packages).toMatchObject([{ hashes: [{ sha256: SHA_A }] }]);
  });
});

it.each([
  ['poetry.lock', `${POETRY}files = [{ file = "x/good-1.0.tar.gz", ${HASH} }]\n${NEW}`],
  ['pdm.lock', `${PDM}files = [{ file = 'x\\good-1.0.tar.gz', ${HASH} }]\n`],
  ['uv.lock', `${UV}${REGISTRY}wheels = [{ ${HASH} }]\n`],
  [
    'Pipfile.lock',
    JSON.stringify({
      _meta: {},
      default: { good: { version: '==1', hashes: [`sha256:${SHA_A}`, 5] } },
    }),
  ],
])('a name that is none, or a hash that is none, is refused in %s', async (name, text) => {
  await expect(readText(text, name)).rejects.toMatchObject({ code: 'WP-LOCKFILE-INVALID' });
});

it.each([
  [
    'uv.lock',
    `${UV}${REGISTRY}wheels = [{ url = "file:///x/good-1.0-py3-none-any.whl", ${HASH} }]\n`,
  ],
  ['pdm.lock', `${PDM}files = [{ url = "file:///x/good-1.0-py3-none-any.whl", ${HASH} }]\n`],
  [
    'pylock.toml',
    `lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "good"\nversion = "1.0"\nwheels = [{ url = "file:///x/good-1.0-py3-none-any.whl", hashes = { sha256 = "${SHA_A}" } }]\n`,
  ],
])('a file of this machine is told of in %s', async (name, text) => {
  const { urls, pins } = await readText(text, name);
  expect(urls).toMatchObject([{ url: 'file:///x/good-1.0-py3-none-any.whl', kind: 'local' }]);
  expect(pins).toMatchObject([{ filename: 'good-1.0-py3-none-any.whl' }]);
});
