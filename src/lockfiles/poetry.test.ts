// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { readText, SHA_A, SHA_B } from './reading.test-support.ts';

const PACKAGE = '[[package]]\nname = "good"\nversion = "1.0"\n';
const METADATA = '[metadata]\nlock-version = "2.1"\n';
const source = (type: string) =>
  `[package.source]\ntype = "${type}"\nurl = "https://x.test/good"\n`;

describe('poetry.lock, as Poetry reads it', () => {
  test.each(['svn', 'Git', 'nothing'])(
    'a source of type %s needs a hash: Poetry takes it from an index',
    async (type) => {
      const text = `${PACKAGE}files = []\n${source(type)}${METADATA}`;
      await expect(readText(text, 'poetry.lock')).rejects.toMatchObject({
        code: 'WP-LOCK-NO-HASH',
      });
    },
  );

  test('a source in version control or a folder has none', async () => {
    for (const type of ['git', 'directory']) {
      const text = `${PACKAGE}files = []\n${source(type)}${METADATA}`;
      expect((await readText(text, 'poetry.lock')).pins).toStrictEqual([]);
    }
  });

  test('the oldest form of hashes counts before the younger one', async () => {
    const text = `${PACKAGE}[metadata]\nlock-version = "1.1"
[metadata.hashes]\ngood = ["${SHA_A}"]
[metadata.files]\ngood = [{ file = "good-1.0.tar.gz", hash = "sha256:${SHA_B}" }]\n`;
    const { pins } = await readText(text, 'poetry.lock');
    expect(pins.map(({ hashes }) => hashes)).toStrictEqual([{ sha256: SHA_A }]);
  });
});
