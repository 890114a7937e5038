// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { safeAscii, safeText, withoutCommands } from './safe-text.ts';

test.each([
  ['##[command]x', String.raw`##\u{5b}command]x`],
  ['a ##vso[task.setvariable variable=x]y', String.raw`a ##vso\u{5b}task.setvariable variable=x]y`],
  ["##teamcity[message text='x']", String.raw`##teamcity\u{5b}message text='x']`],
  ['::set-env name=PATH::x', String.raw`\u{3a}:set-env name=PATH::x`],
  ['  ::add-mask::x', String.raw`  \u{3a}:add-mask::x`],
  ['a\n::error::x', String.raw`a\u{a}::error::x`],
  ['a::b ## [link]', 'a::b ## [link]'],
])('%j is text for whoever reads a log', (text, shown) => {
  expect(safeText(text)).toBe(shown);
  expect(safeAscii(text)).toBe(shown);
});

test('of many lines, each that would be a command is broken up', () => {
  expect(withoutCommands('a\n\t::x::y\n##[z]')).toBe('a\n\t\\u{3a}:x::y\n##\\u{5b}z]');
});
