// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PYLOCK } from './pylock.ts';
import { readText as read, SHA_A, SHA_B } from './reading.test-support.ts';

const readLock = async (text: string) => await read(text, 'pylock.toml');
const HEAD = 'lock-version = "1.0"\ncreated-by = "x"\n';
const wheel = (hashes: string): string =>
  `${HEAD}[[packages]]\nname = "good"\nversion = "1.0"\n[[packages.wheels]]\nurl = "https://f.test/good-1.0-py3-none-any.whl"\n${hashes}\n`;

it('knows its names', () => {
  const names = [
    'pylock.toml',
    'pylock.dev.toml',
    'pylock.a.b.toml',
    'xpylock.toml',
    'pylock.toml.txt',
  ];
  expect(names.filter((name) => PYLOCK.recognises(name))).toStrictEqual(names.slice(0, 2));
});

it('makes one pin of each file, with all its hashes (A11)', async () => {
  const md5 = 'c'.repeat(32);
  const reading = await readLock(
    `${HEAD}
[[packages]]
name = "Good_Pkg"
version = "1.0.0"
index = "https://index.example/simple/"
sdist = { path = "./dist/good_pkg-1.0.0.tar.gz", hashes = { sha512 = "${SHA_A}${SHA_B}" } }
[[packages.wheels]]
name = "good_pkg-1.0.0-py3-none-any.whl"
url = "https://user:pw@f.test/a/other.whl?sig=1#frag"
hashes = { md5 = "${md5}", sha256 = "${SHA_A.toUpperCase()}" }
[[packages]]
name = "direct"
archive = { url = "https://f.test/direct%2D2.zip", hashes = { sha256 = "${SHA_B}" } }
[[packages]]
name = "repo"
vcs = { type = "git", url = "https://g.test/r", commit-id = "x" }
[[packages]]
name = "here"
directory = { path = "." }
`,
  );
  expect(reading.pins).toStrictEqual([
    {
      project: 'good-pkg',
      version: '1.0.0',
      filename: 'good_pkg-1.0.0.tar.gz',
      url: null,
      hashes: { sha512: SHA_A + SHA_B },
      where: 'pylock.toml:8',
    },
    {
      project: 'good-pkg',
      version: '1.0.0',
      filename: 'good_pkg-1.0.0-py3-none-any.whl',
      url: 'https://f.test/a/other.whl?sig=1',
      hashes: { md5, sha256: SHA_A },
      where: 'pylock.toml:12',
    },
    {
      project: 'direct',
      version: null,
      filename: 'direct-2.zip',
      url: 'https://f.test/direct%2D2.zip',
      hashes: { sha256: SHA_B },
      where: 'pylock.toml:15',
    },
  ]);
  expect(reading.wishes.map(({ project, specifier }) => project + specifier)).toStrictEqual([
    'good-pkg==1.0.0',
    'direct',
    'repo',
    'here',
  ]);
  expect(reading.urls.map(({ url, kind }) => `${kind} ${url}`)).toStrictEqual([
    'local ./dist/good_pkg-1.0.0.tar.gz',
    'vcs git+https://g.test/r@x',
    'local .',
  ]);
});

describe('refuses', () => {
  it.each([
    ['no version', '[[packages]]\nname = "a"'],
    ['another major version', 'lock-version = "2.0"'],
    ['a version that is no text', 'lock-version = 1.0'],
    ['broken TOML', `${HEAD}[[packages`],
    ['a key twice', `${HEAD}lock-version = "1.0"`],
    ['packages that are no tables', `${HEAD}packages = [1]`],
    ['packages as a table', `${HEAD}[packages]\nname = "a"`],
    ['no name', `${HEAD}[[packages]]\nversion = "1"`],
    ['a name that is none', `${HEAD}[[packages]]\nname = "-r x"`],
    ['no hashes', wheel('')],
    ['empty hashes', wheel('hashes = {}')],
    ['hashes that are no text', wheel('hashes = { sha256 = 1 }')],
    ['a short hash', wheel('hashes = { sha256 = "ab" }')],
    ['an unknown algorithm', wheel(`hashes = { __proto__ = "${SHA_A}" }`)],
    [
      'neither url nor path',
      `${HEAD}[[packages]]\nname="a"\n[[packages.wheels]]\nhashes={sha256="${SHA_A}"}`,
    ],
    [
      'a url that is none',
      `${HEAD}[[packages]]\nname="a"\n[[packages.wheels]]\nurl="x"\nhashes={sha256="${SHA_A}"}`,
    ],
    ['nesting without end', `${HEAD}x = ${'['.repeat(50_000)}`],
  ])('%s', async (name, text) => {
    const code = /^(?:no|empty) hashes$/u.test(name) ? 'WP-LOCK-NO-HASH' : 'WP-LOCKFILE-INVALID';
    await expect(readLock(text)).rejects.toMatchObject({ code });
  });

  it('one algorithm in two spellings with two digests, of which pip takes either', async () => {
    const twice = (hex: string) => wheel(`hashes = { sha256 = "${SHA_A}", SHA256 = "${hex}" }`);
    await expect(readLock(twice(SHA_B))).rejects.toMatchObject({ code: 'WP-LOCKFILE-INVALID' });
    expect((await readLock(twice(SHA_A))).pins).toHaveLength(1);
  });

  it('a look-alike name', async () => {
    const text = `${HEAD}[[packages]]\nname = "rеquests"`;
    await expect(readLock(text)).rejects.toMatchObject({ code: 'WP-NAME-LOOKALIKE' });
  });
});

it('accepts a later minor version, and its benign twin of each refusal', async () => {
  expect((await readLock('lock-version = "1.1"\nnew = [[1]]')).pins).toStrictEqual([]);
  expect((await readLock(wheel(`hashes = { sha256 = "${SHA_A}" }`))).pins).toHaveLength(1);
});

it('never crashes', async () => {
  const value = fc.oneof(
    fc.json(),
    fc.constantFrom('[]', '{}', '"x"', '1979-05-27', 'true', '[{}]', '{a=1}'),
  );
  const line = fc
    .tuple(
      fc.constantFrom(
        'packages',
        'name',
        'wheels',
        'sdist',
        'hashes',
        'url',
        '[[packages]]\nx',
        '__proto__',
      ),
      value,
    )
    .map(([key, json]) => `${key} = ${json}`);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      const outcome = await readLock(HEAD + lines.join('\n')).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toHaveProperty('code');
    }),
    { numRuns: 300 },
  );
});
