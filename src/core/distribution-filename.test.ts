// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDistributionLike, parseDistributionFilename } from './distribution-filename.ts';

describe('parseDistributionFilename', () => {
  test('expands the compressed tags of a wheel', () => {
    expect(parseDistributionFilename('Foo_Bar-1.0-1abc-py2.py3-none-any.whl')).toEqual({
      kind: 'wheel',
      project: 'foo-bar',
      version: '1.0',
      build: '1abc',
      tags: ['py2-none-any', 'py3-none-any'],
    });
  });

  test.each([
    ['my-pkg-1.0.tar.gz', null, 'my-pkg', '1.0'],
    ['my_pkg-1.0.zip', null, 'my-pkg', '1.0'],
    ['my-pkg-1.0-1.tar.gz', null, 'my-pkg-1-0', '1'],
    ['my-pkg-1.0-1.tar.gz', 'My_Pkg', 'my-pkg', '1.0.post1'],
    ['my-pkg-1.0-1.tar.gz', 'other', 'my-pkg-1-0', '1'],
    ['my-pkg-1.0.tar.bz2', null, 'my-pkg', '1.0'],
    ['my-pkg-1.0-1.tgz', 'my-pkg', 'my-pkg', '1.0.post1'],
  ])('%s for %s is %s %s', (filename, expected, project, version) => {
    const found = parseDistributionFilename(filename, expected);
    expect(found).toEqual({ kind: 'sdist', project, version, build: null, tags: null });
  });

  test.each([
    'my-pkg-1.0-1.tgz',
    'foo-1.0.egg',
    'foo-1.0.tar',
    'foo-1.0.WHL',
    'foo-1.0.tar.gz.asc',
    'foo- 1.0.tar.gz',
    '../foo-1.0.tar.gz',
    'foo-1.0.linux-x86_64.tar.gz',
    'foo-1.0-py3-none-any.whl\u202e',
    'foo\u0000-1.0.zip',
    `foo-1.0-${'a.'.repeat(90)}a-none-any.whl`.repeat(2),
  ])('%j is no file name of a release', (filename) => {
    expect(parseDistributionFilename(filename)).toBeNull();
  });

  test('a wheel has five parts, or six with a build tag', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('foo', '1', 'py3', ''), { maxLength: 8 }), (parts) => {
        const [name, version, ...others] = parts;
        const tags = others.slice(-3);
        const build = others.length === 4 ? (others[0] ?? '') : null;
        const isWheel =
          (parts.length === 5 || parts.length === 6) &&
          name !== '' &&
          version === '1' &&
          (build === null || build === '1') &&
          tags[0] !== '1' &&
          !tags.includes('');
        expect(parseDistributionFilename(`${parts.join('-')}.whl`)).toEqual(
          isWheel ? { kind: 'wheel', project: name, version, build, tags: [tags.join('-')] } : null,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('never throws, and what it finds is normal', () => {
    const ending = fc.constantFrom('.whl', '.tar.gz', '.zip', '.tgz', '');
    fc.assert(
      fc.property(fc.string(), ending, (stem, end) => {
        const found = parseDistributionFilename(stem + end);
        if (found !== null) expect(found.project).toMatch(/^[^A-Z_.]*$/u);
      }),
    );
  });
});

describe('isDistributionLike', () => {
  test.each([
    'foo.whl',
    '/a/FOO-1.0.Tar.GZ',
    'foo-1.0%2Ewhl',
    'foo-1.0%252ewhl',
    'foo.whl%20',
    'foo.whl.',
    'foo.whl;a=b',
    'foo.zip/',
    'foo.tar',
    'foo.tbz',
    'foo.egg',
    'foo-1.0.tar.zst',
  ])('%s', (text) => {
    expect(isDistributionLike(text)).toBe(true);
  });

  test.each([
    '',
    '/',
    'foo.whl.metadata',
    'foo.tar.gz.asc',
    'foo',
    'whl',
    'foo.html',
    'foo.exe',
    '%',
  ])('not %j', (text) => {
    expect(isDistributionLike(text)).toBe(false);
  });
});
