// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { readText } from './reading.test-support.ts';

const uv = (source: string, files: string): string =>
  `version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { ${source} }\n${files}`;
const REGISTRY = 'registry = "https://index.example/simple"';
const WHEEL = 'url = "https://files.example/a-1-py3-none-any.whl"';
const poetry = (more: string): string =>
  `[[package]]\nname = "a"\nversion = "1"\n${more}\n[metadata]\nlock-version = "2.1"\n`;
const pdm = (more: string): string =>
  `[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "a"\nversion = "1"\n${more}\n`;
const pipfile = (entry: object): string => JSON.stringify({ _meta: {}, default: { a: entry } });

/** What has lost its hashes (K16). */
it.each([
  ['uv.lock', uv(REGISTRY, '')],
  ['uv.lock', uv(REGISTRY, `wheels = [{ ${WHEEL} }]`)],
  ['uv.lock', uv(REGISTRY, `wheels = [{ ${WHEEL}, hash = "" }]`)],
  ['uv.lock', uv('url = "https://files.example/a-1.tar.gz"', 'sdist = {}')],
  ['poetry.lock', poetry('files = []')],
  ['poetry.lock', poetry('')],
  ['poetry.lock', poetry('files = [{file = "a-1.tar.gz", hash = ""}]')],
  ['poetry.lock', poetry('[package.source]\ntype = "url"\nurl = "https://f.example/a-1.zip"')],
  ['pdm.lock', pdm('files = []')],
  ['pdm.lock', pdm('files = [{file = "a-1.tar.gz"}]')],
  ['Pipfile.lock', pipfile({ version: '==1', hashes: [] })],
  ['Pipfile.lock', pipfile({ version: '==1' })],
  [
    'conda-lock.yml',
    'package: [{name: a, manager: pip, url: "https://f.example/a-1.zip", hash: {}}]',
  ],
])('%s %# pins nothing without hashes', async (name, text) => {
  await expect(readText(text, name)).rejects.toMatchObject({ code: 'WP-LOCK-NO-HASH' });
});

/** What never had any. */
it.each([
  ['uv.lock', uv('virtual = "."', '')],
  ['uv.lock', uv('git = "https://git.example/a?rev=main#0123"', '')],
  ['uv.lock', uv('registry = "../links"', 'wheels = [{ path = "a-1-py3-none-any.whl" }]')],
  ['poetry.lock', poetry('[package.source]\ntype = "git"\nurl = "https://git.example/a"')],
  ['poetry.lock', poetry('[package.source]\ntype = "directory"\nurl = "."')],
  ['pdm.lock', pdm('path = "./a"')],
  ['Pipfile.lock', pipfile({ path: '.', editable: true })],
  ['Pipfile.lock', pipfile({ git: 'https://git.example/a', ref: '0123' })],
])('%s %# needs none for what is not downloaded from an index', async (name, text) => {
  const { pins, packages } = await readText(text, name);
  expect(pins).toStrictEqual([]);
  expect(packages).toHaveLength(1);
});
