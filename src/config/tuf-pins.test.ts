// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { load, PROJECT, USER } from '../../test/world/policy-files.ts';
import { pinnedIndexes } from '../policy/index.ts';

const ROOT = Buffer.from('{"signed":{}}');
const SHA256 = createHash('sha256').update(ROOT).digest('hex');
const URL = 'https://packages.example/simple/';

const table = (root: string, more = ''): string =>
  `[[index]]\nurl = "https://packages.example/simple"\ntuf-root = "${root}"\n${more}`;
const pinOf = async (files: Parameters<typeof load>[0]) =>
  pinnedIndexes(await load(files)).get(URL);

test('a root is pinned by its file, which lies where the policy lies', async () => {
  const found = await pinOf({
    [PROJECT]: table('keys/root.json'),
    '/srv/project/keys/root.json': ROOT,
  });
  expect(found).toEqual({
    sha256: SHA256,
    root: ROOT.toString('base64'),
    repository: 'https://packages.example/',
  });
});

test('or by its digest, and the repository may lie elsewhere', async () => {
  const more = 'tuf-repository = "https://tuf.example/acme"\n';
  const found = await pinOf({ [PROJECT]: table(`sha256:${SHA256}`, more) });
  expect(found).toEqual({ sha256: SHA256, root: null, repository: 'https://tuf.example/acme/' });
});

test('both ways make the same policy', async () => {
  const byFile = await load({ [PROJECT]: table('root.json'), '/srv/project/root.json': ROOT });
  const byDigest = await load({ [PROJECT]: table(`sha256:${SHA256}`) });
  expect(byFile.digest).toBe(byDigest.digest);
  const other = await load({ [PROJECT]: table(`sha256:${'0'.repeat(64)}`) });
  expect(other.digest).not.toBe(byDigest.digest);
});

test("no later file takes the user's own pin away", async () => {
  const found = await pinOf({
    [USER]: table(`sha256:${SHA256}`),
    [PROJECT]: table(`sha256:${'0'.repeat(64)}`),
  });
  expect(found?.sha256).toBe(SHA256);
});

test.each([
  ['no file there', table('root.json'), 'WP-TUF-NO-ROOT', '/srv/project/root.json'],
  ['a digest that is none', table('sha256:abc'), 'WP-POLICY-INVALID', '64 digits'],
  [
    'a repository without a root',
    '[[index]]\nurl = "https://packages.example/simple"\ntuf-repository = "https://x.example"\n',
    'WP-POLICY-INVALID',
    'tuf-root',
  ],
])('%s', async (_name, text, code, says) => {
  await expect(load({ [PROJECT]: text })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(says),
  });
});

test('a root that others may write is none', async () => {
  const files = {
    [PROJECT]: table('root.json'),
    '/srv/project/root.json': { text: ROOT, writableByOthers: true },
  };
  await expect(load(files)).rejects.toMatchObject({ code: 'WP-STATE-PERMISSIONS' });
});
