// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_REQUIREMENT_FILE_DEPTH } from '../core/limits.ts';
import { createPinReader } from './index.ts';
import { readAmong, readText, SHA_A, SHA_B } from './reading.test-support.ts';

const invalid = { code: 'WP-LOCKFILE-INVALID' };

describe('requirements', () => {
  it('reads comments, continued lines, markers, extras and hashes', async () => {
    const reading = await readText(
      [
        '# a comment \\',
        'My_Pkg[extra, other] == 1.0.0 ; python_version < "4" \\',
        `    --hash=sha256:${SHA_A} \\`,
        `    --hash sha256:${SHA_B.toUpperCase()}  # why`,
        'flask>=1,<2 # no pin',
        'odd-marker ; extra == "a;b#c"',
        '',
      ].join('\r\n'),
    );
    const statement = 'requirements.txt under a marker';
    const pin = { statement, project: 'my-pkg', version: '1.0.0', filename: null, url: null };
    expect(reading.pins).toStrictEqual([
      { ...pin, hashes: { sha256: SHA_A }, where: 'requirements.txt:2' },
      { ...pin, hashes: { sha256: SHA_B }, where: 'requirements.txt:2' },
    ]);
    expect(reading.wishes.map(({ project, specifier }) => `${project} ${specifier}`)).toStrictEqual(
      ['my-pkg == 1.0.0', 'flask >=1,<2', 'odd-marker '],
    );
    expect(reading.wishes.map(({ conditional }) => conditional)).toStrictEqual([
      true,
      undefined,
      true,
    ]);
  });

  it('pins whatever version where none is exact', async () => {
    const { pins } = await readText(
      ['a', 'b==1.*', 'c>=1', 'd===1.0+x', 'e (==2)']
        .map((r) => `${r} --hash=sha256:${SHA_A}`)
        .join('\n'),
    );
    expect(pins.map(({ version }) => version)).toStrictEqual([null, null, null, '1.0+x', '2']);
  });

  it('pins an address by its fragment, all hashes together', async () => {
    const md5 = 'c'.repeat(32);
    const { pins, urls, wishes } = await readText(
      `pkg @ https://user:pw@files.test/x/pkg-1.0-py3-none-any.whl#sha256=${SHA_A}&md5=${md5} ; os_name == "posix"`,
    );
    expect(pins).toStrictEqual([
      {
        project: 'pkg',
        version: '1.0',
        filename: null,
        url: 'https://files.test/x/pkg-1.0-py3-none-any.whl',
        hashes: { sha256: SHA_A, md5 },
        where: 'requirements.txt:1',
      },
    ]);
    expect(urls.map(({ kind }) => kind)).toStrictEqual(['remote']);
    expect(wishes).toHaveLength(1);
  });

  it('tells addresses, repositories and local places apart', async () => {
    const { urls, wishes } = await readText(
      [
        'https://files.test/pkg-1.0.tar.gz',
        'git+https://host.test/r@abc',
        'x @ git+ssh://host.test/r',
        '-e git+https://host.test/r#egg=y',
        '-e .',
        './dir[extra]',
        'pkg-1.0-py3-none-any.whl',
        'file:///tmp/x.whl',
        'z @ file:///tmp/z.whl',
        '../up',
        '/abs/x.zip',
      ].join('\n'),
    );
    expect(urls.map(({ kind }) => kind).join(' ')).toBe(`remote vcs vcs vcs${' local'.repeat(7)}`);
    expect(wishes.map(({ project, unasked }) => [project, unasked])).toStrictEqual([
      ['x', 'stated'],
      ['z', 'stated'],
    ]);
  });

  it('expands variables as pip does', async () => {
    const files = { 'r.txt': '--index-url https://${USER_1}:${PW}@i.test/${none}/${UNSET}\n' };
    const { options } = await readAmong(files, 'r.txt', { USER_1: 'u', PW: 'p', none: 'x' });
    expect(options).toStrictEqual([
      { name: '--index-url', value: 'https://u:p@i.test/${none}/${UNSET}', where: 'r.txt:1' },
    ]);
  });

  it('hands options out with their line, abbreviations spelled out', async () => {
    const { options } = await readText(
      '-i https://i.test\n--extra="https://e.test" --pre\n-fhttps://f.test\n\n--trusted-host h\n--require-h\n',
    );
    expect(
      options.map(({ name, value, where }) => [name, value, where.split(':')[1]]),
    ).toStrictEqual([
      ['--index-url', 'https://i.test', '1'],
      ['--extra-index-url', 'https://e.test', '2'],
      ['--pre', null, '2'],
      ['--find-links', 'https://f.test', '3'],
      ['--trusted-host', 'h', '5'],
      ['--require-hashes', null, '6'],
    ]);
  });

  it('reads a byte-order mark away, and plain declarations of UTF-8', async () => {
    expect((await readText('\ufeff# -*- coding: UTF-8 -*-\nsix\n')).wishes).toHaveLength(1);
  });

  it.each([
    ['another encoding', '# coding: utf-7\n+AGE-\n'],
    ['NUL', 'six\0\n'],
    ['a line separator that pip sees', `# note\u2028evil --hash=sha256:${SHA_A}`],
    ['next line', 'six\u0085evil'],
    ['vertical tab', 'six\u000bevil'],
    ['a short hash', 'six==1 --hash=sha256:abc'],
    ['no digits', `six==1 --hash=sha256:${'g'.repeat(64)}`],
    ['an unknown algorithm', `six==1 --hash=crc32:${SHA_A}`],
    ['no algorithm', `six==1 --hash=${SHA_A}`],
    ['a hash without value', 'six==1 --hash'],
    [
      'two hashes of one kind in an address',
      `https://f.test/a.whl#sha256=${SHA_A}&sha256=${SHA_B}`,
    ],
    ['a bad fragment hash', 'https://f.test/a.whl#sha256=12'],
    ['an open quotation', '--index-url "https://x'],
    ['an unknown option', 'six --frobnicate'],
    ['an unknown option for a prototype', '--__proto__=1'],
    ['a bad specifier', 'six=1'],
    ['no name', '==1'],
    ['a missing nested file', '-r other.txt'],
    ['a file that draws itself in', '-r requirements.txt'],
  ])('refuses %s, naming the line', async (_, text) => {
    const reading = readText(text);
    await expect(reading).rejects.toMatchObject(invalid);
    await expect(reading).rejects.toThrow(/requirements\.txt:\d/u);
  });
});

it('a file that is not there is a wrong path, not a wrong line', async () => {
  await expect(readAmong({}, 'req/none.txt')).rejects.toMatchObject({
    code: 'WP-LOCKFILE-INVALID',
    message: 'req/none.txt: expected a requirement file, found none',
    hint: 'Check the path given.',
  });
});

describe('look-alike names (B08)', () => {
  it.each([
    ['Cyrillic', 'rеquests'],
    ['full-width', 'ｒequests'],
    ['zero-width', 'req\u200buests'],
    ['combining', 'reque\u0301sts'],
    ['Kelvin sign', '\u212aivy'],
  ])('%s', async (_, name) => {
    const reader = createPinReader(() => Promise.resolve(null));
    expect(() => reader.readWord(name, 'command line')).toThrow(
      expect.objectContaining({ code: 'WP-NAME-LOOKALIKE' }),
    );
    await expect(readText(`a[${name}]`)).rejects.toMatchObject({ code: 'WP-NAME-LOOKALIKE' });
    const nested = readText(`six\n${name}==1`);
    await expect(nested).rejects.toMatchObject({ code: 'WP-NAME-LOOKALIKE' });
    await expect(nested).rejects.toThrow(/^requirements\.txt:2: [\x20-\x7e]+$/u);
  });

  it('and their benign twins', async () => {
    const { wishes } = await readText('Requests\nzope.interface\na_b--C\nKivy\n# größe\n');
    expect(wishes.map(({ project }) => project)).toStrictEqual([
      'requests',
      'zope-interface',
      'a-b-c',
      'kivy',
    ]);
  });
});

describe('nested files', () => {
  it('are found beside the file that names them; constraints bound the wishes', async () => {
    const files = {
      'req/a.txt': `-r deep/b.txt\n-c ../c.txt\n`,
      'req/deep/b.txt': `six==1 --hash=sha256:${SHA_A}\n--requirement=../../d.txt`,
      'c.txt': `flask==2 --hash=sha256:${SHA_B}`,
      'd.txt': 'idna',
    };
    const { wishes, pins } = await readAmong(files, 'req/a.txt');
    expect(wishes.some(({ unasked }) => unasked === 'bound')).toBe(true);
    expect(wishes.map(({ project, where }) => `${project} ${where}`)).toStrictEqual([
      'six req/deep/b.txt:1',
      'idna d.txt:1',
      'flask c.txt:1',
    ]);
    expect(pins.map(({ project, where }) => `${project} ${where}`)).toStrictEqual([
      'six req/deep/b.txt:1',
      'flask c.txt:1',
    ]);
  });

  it('may be drawn in twice, but not in a circle', async () => {
    const twice = { 'a.txt': '-r b.txt\n-r c.txt', 'b.txt': '-r c.txt', 'c.txt': 'six' };
    expect((await readAmong(twice, 'a.txt')).wishes).toHaveLength(1);
    const circle = { 'a.txt': '-r b.txt', 'b.txt': '\n-c ./a.txt' };
    await expect(readAmong(circle, 'a.txt')).rejects.toThrow('b.txt:2: a.txt draws itself in');
  });

  it('are bounded in depth and number', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: MAX_REQUIREMENT_FILE_DEPTH + 2 }, (_, at) => [
        `${at}.txt`,
        `-r ${at + 1}.txt`,
      ]),
    );
    await expect(readAmong(chain, '0.txt')).rejects.toThrow('deep');
    const wide = Object.fromEntries(Array.from({ length: 1100 }, (_, at) => [`${at}.txt`, 'six']));
    const all = Object.keys(wide).map((name) => `-r ${name}`);
    await expect(readAmong({ ...wide, all: all.join('\n') }, 'all')).rejects.toThrow('more than');
  });

  it('on another machine are refused, without credentials shown', async () => {
    const reading = readText('six\n-c https://me:secret@x.test/c.txt?sig=1');
    await expect(reading).rejects.toMatchObject({ code: 'WP-BYPASS-CONFIG' });
    await expect(reading).rejects.toThrow(/^requirements\.txt:2: https:\/\/x\.test\/c\.txt\?… is/u);
  });
});

it('never crashes, and loses no hash it was given', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'six',
      '==1',
      ' ',
      '\\',
      '\n',
      '#',
      '--hash=sha256:',
      SHA_A,
      '-r',
      '@',
      '${A}',
      '"',
      ';',
      '[',
      '-e',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      const outcome = await readText(pieces.join('')).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toHaveProperty('code');
    }),
    { numRuns: 500 },
  );
  const release = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/u), fc.nat(99));
  const hashes = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{64}$/u), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(release, hashes)),
      fc.constantFrom(' ', ' \\\n  '),
      async (rows, gap) => {
        const lines = rows.map(([[name, major], stated]) =>
          [`${name}==${major}`, ...stated.map((hex) => `--hash=sha256:${hex}`)].join(gap),
        );
        const { pins } = await readText(lines.join('\n'));
        expect(
          pins.map(({ project, version, hashes: { sha256 } }) => `${project} ${version} ${sha256}`),
        ).toStrictEqual(
          rows.flatMap(([[name, major], stated]) => stated.map((hex) => `${name} ${major} ${hex}`)),
        );
      },
    ),
  );
});
