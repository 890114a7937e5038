// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { PinReading } from '../core/lockfile.ts';
import { createPinReader, writePylock } from '../lockfiles/index.ts';
import { selected, type GroupsAsked } from './lock-selection.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const COMMIT = 'c'.repeat(40);

async function read(path: string, files: Readonly<Record<string, string>>): Promise<PinReading> {
  const reader = createPinReader(async (file) => files[file.replace(/^\/p\//u, '')] ?? null);
  return await reader.readFile({ path, directory: '/p', environment: {}, constraint: false });
}

const select = async (
  text: string,
  options: GroupsAsked = {},
  path = 'requirements.txt',
  more: Readonly<Record<string, string>> = {},
) => selected(await read(path, { [path]: text, ...more }), options);

describe('what a requirement file names', () => {
  test('is locked, or told, or refused: nothing is left out in silence', async () => {
    const text = [
      'one==1.0',
      '-e ./lib',
      './dist/two-1.0-py3-none-any.whl',
      'three @ file:///srv/three.zip',
      '-r more.txt',
      `https://f.test/four-1.0-py3-none-any.whl#sha256=${A}`,
      `git+https://g.test/five@${COMMIT}#egg=five&subdirectory=a/b`,
      '-c bounds.txt',
    ].join('\n');
    const more = {
      'more.txt': 'six==6 ; os_name == "nt"\n',
      'bounds.txt': 'https://f.test/no-1.0.zip\n-e ./not-mine\n',
    };
    const { asked, direct, notes } = await select(text, {}, 'requirements.txt', more);
    expect(asked.map(({ name }) => name)).toEqual(['one', 'six']);
    expect(notes).toEqual([
      'requirements.txt:2: ./lib lies on this machine, and is left out',
      'requirements.txt:3: ./dist/two-1.0-py3-none-any.whl lies on this machine, and is left out',
      'requirements.txt:4: file:///srv/three.zip lies on this machine, and is left out',
    ]);
    expect(writePylock({ packages: direct })).toContain(`[[packages]]
name = "five"
vcs = { type = "git", url = "https://g.test/five", commit-id = "${COMMIT}", subdirectory = "a/b" }

[[packages]]
name = "four"
version = "1.0"
archive = { url = "https://f.test/four-1.0-py3-none-any.whl", hashes = { sha256 = "${A}" } }
`);
  });

  test.each([
    ['an address without a name', `https://f.test/main.zip#sha256=${A}`, 'WP-USAGE'],
    ['a repository without a name', `git+https://g.test/r@${COMMIT}`, 'WP-USAGE'],
    ['a branch', 'x @ git+https://g.test/r@main', 'WP-LOCK-NO-HASH'],
    ['an address without a hash', 'x @ https://f.test/x-1.zip', 'WP-LOCK-NO-HASH'],
    ['a weak hash', `x @ https://f.test/x-1.zip#md5=${'a'.repeat(32)}`, 'WP-LOCK-NO-HASH'],
    [
      'two hashes of one archive',
      `x @ https://f.test/x-1.zip --hash=sha256:${A} --hash=sha256:${B}`,
      'WP-LOCK-NO-HASH',
    ],
    ['two versions', 'x==1\nx==2', 'WP-LOCKFILE-INVALID'],
    [
      'two versions under one marker',
      'x==1 ; os_name == "nt"\nx==2 ; os_name == "nt"',
      'WP-LOCKFILE-INVALID',
    ],
    [
      'a release and an address',
      `x==1\nx @ https://f.test/x-1.zip#sha256=${A}`,
      'WP-LOCKFILE-INVALID',
    ],
    ['a group of which there is none', 'x==1', 'WP-USAGE'],
  ])('is refused where it is %s', async (what, text, code) => {
    const options = what.startsWith('a group') ? { group: ['dev'] } : {};
    await expect(select(text, options)).rejects.toMatchObject({ code });
  });

  test('is no secret of whoever runs it', async () => {
    const { direct, notes } = await select(
      `x @ https://me:secret@f.test/x-1.zip#sha256=${A}\ny @ git+ssh://git:secret@g.test/y@${COMMIT}`,
    );
    const text = writePylock({ packages: direct });
    expect(text).not.toContain('secret');
    expect(text).toContain('url = "https://f.test/x-1.zip"');
    expect(text).toContain('url = "ssh://git@g.test/y"');
    expect(notes).toHaveLength(2);
  });

  test('is bound by the hashes of its constraints', async () => {
    const bounds = { 'c.txt': `x==1 --hash=sha256:${A}\n` };
    const open = await select('-c c.txt\nx==1', {}, 'r.txt', bounds);
    expect(open.asked[0]?.hashes).toEqual([{ sha256: A }]);
    const own = `-c c.txt\nx==1 --hash=sha256:${A} --hash=sha256:${B}`;
    expect((await select(own, {}, 'r.txt', bounds)).asked[0]?.hashes).toEqual([{ sha256: A }]);
    await expect(
      select(`-c c.txt\nx==1 --hash=sha256:${B}`, {}, 'r.txt', bounds),
    ).rejects.toMatchObject({ code: 'WP-PIN-MISMATCH' });
  });
});

describe('groups and extras', () => {
  const wheel = (name: string) =>
    `wheels = [{ url = "https://f.test/${name}-1-py3-none-any.whl", hashes = { sha256 = "${A}" } }]`;
  const pylock = `lock-version = "1.0"
created-by = "pdm"
default-groups = ["usual"]
[[packages]]
name = "a"
version = "1"
marker = "'usual' in dependency_groups and os_name == 'nt'"
${wheel('a')}
[[packages]]
name = "b"
version = "1"
marker = "'Dev_x' in dependency_groups or 'more' in extras"
${wheel('b')}
`;
  const names = async (text: string, path: string, options: GroupsAsked) => {
    const { asked, notes } = await select(text, options, path);
    return [...asked.map(({ name, marker }) => `${name} ${marker ?? 'always'}`), ...notes];
  };

  test('of PEP 751 are answered by what is asked for', async () => {
    expect(await names(pylock, 'pylock.toml', {})).toEqual([
      "a os_name == 'nt'",
      'left out, unless --group names them: dev-x, more',
    ]);
    for (const group of ['dev.x', 'more']) {
      expect(await names(pylock, 'pylock.toml', { group: [group] })).toEqual([
        "a os_name == 'nt'",
        'b always',
      ]);
    }
    expect(await names(pylock, 'pylock.toml', { allGroups: true })).toHaveLength(2);
    await expect(names(pylock, 'pylock.toml', { group: ['other'] })).rejects.toMatchObject({
      message: '--group other: expected one of usual, dev-x, more',
    });
  });

  test('of poetry.lock are, too: its extras stand in markers', async () => {
    const poetry = `[[package]]
name = "a"
version = "1"
groups = ["main"]
markers = "extra == \\"more\\" and os_name == \\"nt\\""
files = [{file = "a-1-py3-none-any.whl", hash = "sha256:${A}"}]
[metadata]
lock-version = "2.1"
`;
    expect(await names(poetry, 'poetry.lock', {})).toEqual([
      'left out, unless --group names them: more',
    ]);
    expect(await names(poetry, 'poetry.lock', { group: ['more'] })).toEqual(['a os_name == "nt"']);
  });
});
