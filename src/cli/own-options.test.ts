// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_CI, parseCommandLine } from './own-options.ts';

test("ours end where the installer's name begins", () => {
  const { options, words } = parseCommandLine([
    '-q',
    '--report',
    'r.json',
    'pip',
    '-q',
    '--strict',
  ]);
  expect(options).toMatchObject({ quiet: true, report: 'r.json', strict: false });
  expect(words).toEqual(['pip', '-q', '--strict']);
});

test('a value may follow an equals sign', () => {
  expect(parseCommandLine(['--report=a=b', 'uv']).options.report).toBe('a=b');
});

test('what continuous integration reads has its places', () => {
  const { options } = parseCommandLine(['--sarif', 's', '--summary=m', '--events', '-', 'pip']);
  expect(options.ci).toEqual({ sarif: 's', summary: 'm', events: '-', github: false });
  expect(parseCommandLine(['--github', 'pip']).options.ci).toEqual({ ...NO_CI, github: true });
  expect(parseCommandLine(['pip', '--github', '--sarif=x']).options.ci).toEqual(NO_CI);
});

test('a jail is one of those there are', () => {
  expect(parseCommandLine(['pip']).options.jail).toBe('auto');
  expect(parseCommandLine(['--jail', 'namespace', 'pip', '--jail=off']).options.jail).toBe(
    'namespace',
  );
  expect(parseCommandLine(['--jail=off', 'pip']).options.jail).toBe('off');
});

test.each([
  [['--jail']],
  [['--jail', 'pip']],
  [['--jail=AUTO']],
  [['--report']],
  [['--nope', 'pip']],
  [['--quiet=yes']],
  [['--report=']],
  [['--__proto__']],
  [['--sarif']],
  [['--report=-', '--events=-', 'pip']],
])('%j is a usage error', (argv) => {
  expect(() => parseCommandLine(argv)).toThrow(expect.objectContaining({ code: 'WP-USAGE' }));
});

test("the installer's words are never touched", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (rest) => {
      expect(parseCommandLine(['--strict', 'pip', ...rest]).words).toEqual(['pip', ...rest]);
    }),
  );
});
