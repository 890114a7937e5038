// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { distinct, exitOf, note, ok, problem, warning } from './doctor-check.ts';
import { sectionText, summaryText } from './doctor-text.ts';

const OF = ['x', 'thing'] as const;
const BYPASS = problem(OF, 'WP-BYPASS-CONFIG', 'leads round');
const STATE = problem(OF, 'WP-STATE-PERMISSIONS', 'open', 'chmod 700 x');
const INTERNAL = problem(OF, 'WP-INTERNAL', 'got through');

test('the exit code is that of the worst problem; nothing else has one', () => {
  expect(exitOf([ok(OF, 'a'), note(OF, 'b'), warning(OF, 'c', 'd')])).toBe(0);
  expect(exitOf([STATE])).toBe(21);
  expect(exitOf([STATE, BYPASS])).toBe(17);
  expect(exitOf([BYPASS, INTERNAL, STATE])).toBe(70);
});

test('each line has a mark; a next step stands below; text from outside is made harmless', () => {
  const hostile = note(OF, 'a\u001b[2Jb');
  expect(sectionText('state', [ok(OF, 'fine'), STATE, hostile], false)).toBe(
    [
      'state',
      '  ok       thing: fine',
      '  problem  thing: open (WP-STATE-PERMISSIONS)',
      '           next: chmod 700 x',
      '  note     thing: a\\u{1b}[2Jb',
      '',
      '',
    ].join('\n'),
  );
  expect(sectionText('state', [], false)).toBe('');
  expect(sectionText('state', [ok(OF, 'fine')], true)).toContain('\u001b[32mok     \u001b[0m');
});

test('the last line counts, and names the exit code where it is not 0', () => {
  expect(summaryText([ok(OF, 'a'), note(OF, 'b')], 0)).toBe(
    'wheelproof doctor: no problems, no warnings, 1 note, 1 ok\n',
  );
  expect(summaryText([STATE, BYPASS], 17)).toBe(
    'wheelproof doctor: 2 problems, no warnings, no notes, 0 ok; exit 17\n',
  );
});

test('the same finding twice is one', () => {
  expect(distinct([STATE, BYPASS, { ...STATE }])).toEqual([STATE, BYPASS]);
});
