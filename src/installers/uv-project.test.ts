// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createPinReader } from '../lockfiles/index.ts';
import { callOf, intentOf, machineOf } from './scene.test-support.ts';
import { createUv } from './uv.ts';

async function intend(words: string, files: Readonly<Record<string, string>>) {
  const programs = { '/usr/bin/uv': 'uv 0.13.9\n', '/usr/bin/git': '' };
  const machine = machineOf({ files, programs });
  const pins = createPinReader((path) => machine.readText(path));
  return await intentOf(createUv, { machine, pins }, callOf(words));
}

async function wishes(words: string, files: Readonly<Record<string, string>>) {
  const intent = await intend(words, files);
  return intent.wishes.map(({ project, specifier, conditional }) =>
    [project, specifier, ...(conditional === true ? ['perhaps'] : [])].join(' '),
  );
}

const PROJECT = `
[project]
name = "mine"
dependencies = ["requests[socks]>=2,<3", "Typing_Extensions>=4; python_version < '3.9'"]
[project.optional-dependencies]
docs = ["sphinx"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "other"}, "not a requirement !"]
[tool.uv]
dev-dependencies = ["ruff==0.6"]
constraint-dependencies = ["idna<4"]
`;
const ALL = [
  'requests >=2,<3',
  'typing-extensions >=4 perhaps',
  'sphinx ',
  'pytest >=8',
  'ruff ==0.6',
  'idna <4',
];

describe('what a project depends on', () => {
  it.each(['uv sync', 'uv lock', 'uv run pytest', 'uv export', 'uv -q sync --frozen'])(
    'is wished for: %s',
    async (words) => {
      expect(await wishes(words, { '/w/pyproject.toml': PROJECT })).toStrictEqual(ALL);
    },
  );

  it('is that of the nearest project, and of a workspace around it', async () => {
    const files = {
      '/a/pyproject.toml':
        '[project]\ndependencies = ["outer"]\n[tool.uv.workspace]\nmembers = ["b"]',
      '/a/b/pyproject.toml': '[project]\ndependencies = ["inner"]',
      '/pyproject.toml': '[project]\ndependencies = ["unrelated"]',
    };
    expect(await wishes('uv sync --project /a/b', files)).toStrictEqual(['inner ', 'outer ']);
  });

  it('joins what is said beside it', async () => {
    const files = { '/w/pyproject.toml': '[project]\ndependencies = ["inner"]' };
    expect(await wishes('uv run --with extra x', files)).toStrictEqual(['extra ', 'inner ']);
    expect(await wishes('uv run --no-project --with extra x', files)).toStrictEqual(['extra ']);
    expect(await wishes('uv add more', files)).toStrictEqual(['more ', 'inner ']);
    expect(await wishes('uv pip install more', files)).toStrictEqual(['more ']);
    expect(await wishes('uv pip compile pyproject.toml', files)).toStrictEqual(['inner ']);
    expect(await wishes('uv tool run ruff', files)).toStrictEqual(['ruff ']);
  });

  it('gives way to what a script says of itself', async () => {
    const files = {
      '/w/pyproject.toml': '[project]\ndependencies = ["inner"]',
      '/w/own.py': '# /// script\n# dependencies = ["of-script>1"]\n# ///\n',
      '/w/plain.py': 'print()\n',
    };
    expect(await wishes('uv run own.py', files)).toStrictEqual(['of-script >1']);
    expect(await wishes('uv run plain.py', files)).toStrictEqual(['inner ']);
    expect(await wishes('uv add --script own.py more', files)).toStrictEqual([
      'more ',
      'of-script >1',
    ]);
  });

  it('may come from repositories', async () => {
    const text = `
[project]
dependencies = ["a @ git+https://h.test/a.git@v1", "b", "c>=1"]
[tool.uv.sources]
b = { git = "https://h.test/b", tag = "v2" }
c = [{ git = "https://h.test/c.git", branch = "main", marker = "x" }, { index = "own" }, { path = "c" }]
d = { git = "git@h.test:d.git" }
`;
    const { sources = [] } = await intend('uv sync', { '/w/pyproject.toml': text });
    expect(
      sources.map(({ project, repository, revision }) => [project, repository, revision].join(' ')),
    ).toStrictEqual(['a https://h.test/a v1', 'b https://h.test/b v2', 'c https://h.test/c main']);
  });

  it('is refused under a name that only looks like one', async () => {
    const files = { '/w/pyproject.toml': '[project]\ndependencies = ["r\u0435quests"]' };
    await expect(wishes('uv sync', files)).rejects.toMatchObject({ code: 'WP-NAME-LOOKALIKE' });
  });

  it.each([
    '[project]\ndependencies = "six"',
    '[project]\ndependencies = [1, [], {}]',
    'project = 1',
  ])('is nothing where it is said in another form: %j', async (text) => {
    expect((await wishes('uv lock', { '/w/pyproject.toml': text })).length).toBeLessThan(2);
  });
});

describe('an index named as the configuration names it', () => {
  const files = {
    '/w/pyproject.toml': '[[tool.uv.index]]\nname = "house"\nurl = "https://index.example/simple/"',
  };
  const codes = async (words: string, more = {}) =>
    (await intend(words, { ...files, ...more })).refusals.map(({ code }) => code);

  it('is the configured one', async () => {
    expect(await codes('uv add --index house x')).toStrictEqual([]);
    expect(await codes('uv pip install --default-index=house x')).toStrictEqual([]);
    const { indexes } = await intend('uv add --index house x', files);
    expect(indexes).toStrictEqual(['https://index.example/simple/']);
  });

  it('is a place on this machine where there is one, or where no index has the name', async () => {
    expect(await codes('uv add --index house x', { '/w/house/x.whl': '' })).toStrictEqual([
      'WP-BYPASS-CONFIG',
    ]);
    expect(await codes('uv add --index barn x')).toStrictEqual(['WP-BYPASS-CONFIG']);
    expect(await codes('uv add --index ./house x')).toStrictEqual(['WP-BYPASS-CONFIG']);
    expect(await codes('uv add --extra-index-url house x')).toStrictEqual(['WP-BYPASS-CONFIG']);
  });
});
