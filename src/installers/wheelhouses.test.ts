// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Machine } from '../core/machine.ts';
import { readPipArguments } from './pip-options.ts';
import { wheelhousesIn, withJudgedFolders, withoutWheelhouses } from './wheelhouses.ts';

const machine: Pick<Machine, 'kindOf'> = {
  kindOf: async (path) => (path.endsWith('house') ? 'directory' : 'file'),
};
const scanOf = (words: string) => readPipArguments(words.split(' ')).scan;

describe('a folder stands in for an index', () => {
  test.each([
    ['install --no-index --find-links ./house good', ['/w/house']],
    ['install --no-index --find-links=/abs/house good', ['/abs/house']],
    ['install --no-index -f house -fother/house good', ['/w/house', '/w/other/house']],
    ['install --no-index --find-links file:///abs/house good', ['/abs/house']],
    ['install --find-links ./house good', []],
    ['install --no-index --find-links links.html good', []],
    ['install --no-index --find-links https://files.test/house good', []],
    ['install --no-index --find-links file://elsewhere/house good', []],
  ])('%s', async (words, paths) => {
    const found = await wheelhousesIn(machine, scanOf(words), '/w');
    expect(found.map(({ path }) => path)).toStrictEqual(paths);
  });
});

test.each([
  [
    'install --no-index --find-links house good',
    'install --no-index --find-links /r/wheelhouse-0 good',
  ],
  [
    'install --no-index --find-links=house good',
    'install --no-index --find-links=/r/wheelhouse-0 good',
  ],
  ['install --no-index -f house good', 'install --no-index -f /r/wheelhouse-0 good'],
  ['install --no-index -qf house good', 'install --no-index -qf /r/wheelhouse-0 good'],
  ['install --no-index -fhouse good', 'install --no-index -f/r/wheelhouse-0 good'],
  [
    'install --no-index -f a/house -f house',
    'install --no-index -f /r/wheelhouse-0 -f /r/wheelhouse-1',
  ],
  ['install --no-index -f house -- house', 'install --no-index -f /r/wheelhouse-0 -- house'],
  ['install --no-index -f https://x.test/ good', 'install --no-index -f https://x.test/ good'],
])('%s is told as %s', async (words, told) => {
  const scan = scanOf(words);
  const folders = await wheelhousesIn(machine, scan, '/w');
  const argv = withJudgedFolders(words.split(' '), scan, folders, { passingDirectory: '/r' });
  expect(argv.join(' ')).toBe(told);
});

test('only what the command line itself names is held so', () => {
  const option = { name: '--find-links', value: 'house', where: 'command line' };
  const options = [option, { ...option, where: 'r.txt:1' }, { ...option, value: 'x' }];
  expect(withoutWheelhouses(options, [{ path: '/w/house', value: 'house' }])).toStrictEqual(
    options.slice(1),
  );
});
