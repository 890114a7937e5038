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
    'remote https://f.test/direct%2D2.zip',
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
    ['no tool that made it', 'lock-version = "1.0"\npackages = []'],
    ['no packages', HEAD],
    [
      'an index that is no text',
      wheel(`hashes = { sha256 = "${SHA_A}" }`).replace('version', 'index = 1\nversion'),
    ],
    [
      'a package from two places',
      `${HEAD}[[packages]]\nname="a"\nvcs={type="git",url="https://g.test/r",commit-id="x"}\narchive={url="https://f.test/a-1.zip",hashes={sha256="${SHA_A}"}}`,
    ],
    [
      'a package from its folder, and files beside',
      `${wheel(`hashes = { sha256 = "${SHA_A}" }`)}[packages.directory]\npath="."`,
    ],
    ['a folder without a path', `${HEAD}[[packages]]\nname="a"\ndirectory={url="https://f.test/"}`],
    [
      'a repository without a commit',
      `${HEAD}[[packages]]\nname="a"\nvcs={type="git",url="https://g.test/r"}`,
    ],
    [
      'a repository of no kind',
      `${HEAD}[[packages]]\nname="a"\nvcs={url="https://g.test/r",commit-id="x"}`,
    ],
    [
      'a repository at two places',
      `${HEAD}[[packages]]\nname="a"\nvcs={type="git",url="https://g.test/r",path="r",commit-id="x"}`,
    ],
    [
      'a commit that would be an option',
      `${HEAD}[[packages]]\nname="a"\nvcs={type="git",url="https://g.test/r",commit-id="--upload-pack=x"}`,
    ],
    [
      'a wheel of another project',
      wheel(`hashes = { sha256 = "${SHA_A}" }`).replace('good-1.0', 'evil-1.0'),
    ],
    [
      'a wheel of another version',
      wheel(`hashes = { sha256 = "${SHA_A}" }`).replace('good-1.0', 'good-1.1'),
    ],
    [
      'a wheel that is none',
      wheel(`hashes = { sha256 = "${SHA_A}" }`).replace('-py3-none-any.whl', '.tar.gz'),
    ],
    [
      'a path and an address of two files',
      wheel(`hashes = { sha256 = "${SHA_A}" }\npath = "good-1.0-py2-none-any.whl"`),
    ],
    [
      'an identity of no kind',
      `${wheel(`hashes = { sha256 = "${SHA_A}" }`)}[[packages.attestation-identities]]\nrepository="a/b"`,
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

  it('a package without any source as one that has lost its hashes', async () => {
    const text = `${HEAD}[[packages]]\nname = "a"\nversion = "1"\nwheels = []`;
    await expect(readLock(text)).rejects.toMatchObject({ code: 'WP-LOCK-NO-HASH' });
  });

  it('a look-alike name', async () => {
    const text = `${HEAD}[[packages]]\nname = "rеquests"`;
    await expect(readLock(text)).rejects.toMatchObject({ code: 'WP-NAME-LOOKALIKE' });
  });
});

it('accepts a later minor version, and its benign twin of each refusal', async () => {
  const later = HEAD.replace('1.0', '1.1');
  expect((await readLock(`${later}new = [[1]]\npackages = []`)).pins).toStrictEqual([]);
  expect((await readLock(wheel(`hashes = { sha256 = "${SHA_A}" }`))).pins).toHaveLength(1);
});

it('holds a file to its hashes wherever it is taken from: pip takes the path, uv the address', async () => {
  const both = wheel(`path = 'dist\\good-1.0-py3-none-any.whl'\nhashes = { sha256 = "${SHA_A}" }`);
  const { pins, urls } = await readLock(both);
  expect(pins).toMatchObject([
    { filename: 'good-1.0-py3-none-any.whl', url: 'https://f.test/good-1.0-py3-none-any.whl' },
  ]);
  expect(urls).toMatchObject([{ kind: 'local', url: 'dist\\good-1.0-py3-none-any.whl' }]);
});

it('keeps the part of an archive or repository that is meant, and what the file is for', async () => {
  const { packages, urls, scope } = await readLock(`${HEAD}requires-python = ">=3.9"
environments = ["sys_platform == 'linux'"]
default-groups = ["main"]
[[packages]]
name = "repo"
vcs = { type = "git", url = "https://g.test/r", commit-id = "x", subdirectory = "a b/c" }
[[packages]]
name = "direct"
archive = { url = "https://f.test/d.zip", hashes = { sha256 = "${SHA_B}" }, subdirectory = "s" }
[[packages]]
name = "local"
archive = { path = "a/d%20.zip", hashes = { sha256 = "${SHA_B}" } }
`);
  expect(packages.map(({ place }) => place?.url)).toStrictEqual([
    'git+https://g.test/r@x#subdirectory=a%20b/c',
    'https://f.test/d.zip#subdirectory=s',
    'a/d%20.zip',
  ]);
  expect(urls).toHaveLength(3);
  expect(packages[2]?.files[0]?.filename).toBe('d%20.zip');
  expect(scope).toStrictEqual({
    requiresPython: '>=3.9',
    environments: ["sys_platform == 'linux'"],
    defaultGroups: ['main'],
  });
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
