// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIni } from './ini.ts';

const read = (text: string): readonly string[] =>
  parseIni(text, 'f').map(({ section, key, value, line }) => `${line} ${section}.${key}=${value}`);

// What the two columns say is what Python's RawConfigParser answers.
it('reads as configparser does', () => {
  const text = `\ufeff# c
[global]
index-url = https://a.test/ # no comment
extra: https://b.test
    https://c.test

  ; comment
    https://d.test

empty =
a = b = c
[install]
find-links=
    /x
  y = z
`;
  expect(read(text)).toStrictEqual([
    '3 global.index-url=https://a.test/ # no comment',
    '4 global.extra=https://b.test\nhttps://c.test\n\nhttps://d.test',
    '10 global.empty=',
    '11 global.a=b = c',
    '13 install.find-links=\n/x\ny = z',
  ]);
});

it('lets defaults hold in every section', () => {
  expect(read('[DEFAULT]\na=1\nb=2\n[x]\nb=3\n[y]\n')).toStrictEqual([
    '2 x.a=1',
    '2 y.a=1',
    '3 y.b=2',
    '5 x.b=3',
  ]);
});

it.each(['a=1', '[x]\nno delimiter', '[x]\na=1\na=2', '[x]\n[x]', '[x]\n=1'])(
  'refuses %j, as Python does',
  (text) => {
    expect(() => parseIni(text, 'f')).toThrow(expect.objectContaining({ code: 'WP-USAGE' }));
  },
);

it('never crashes', () => {
  const piece = fc.oneof(
    fc.constantFrom('[x]', '\n', ' ', 'a', '=', ':', '#', '[DEFAULT]'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      try {
        parseIni(pieces.join(''), 'f');
      } catch (error) {
        expect(error).toHaveProperty('code', 'WP-USAGE');
      }
    }),
  );
});
