// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FetchSections, type FetchState } from './fetch-sections.ts';

const A = 'a'.repeat(40);
const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
const ACKS = `${line('acknowledgments\n')}${line(`ACK ${A}\n`)}`;

function look(text: string, parts = 1): FetchState {
  const sections = new FetchSections();
  const bytes = Buffer.from(text, 'latin1');
  const step = Math.ceil(bytes.length / parts);
  let state: FetchState = 'open';
  for (let at = 0; at < bytes.length; at += step)
    state = sections.look(bytes.subarray(at, at + step));
  return state;
}

const CASES: readonly (readonly [string, FetchState])[] = [
  [line('wanted-refs\n'), 'refs'],
  [line('wanted-refs'), 'refs'],
  [line('wanted-refs\0more'), 'refs'],
  [`${ACKS}0001${line('wanted-refs\n')}`, 'refs'],
  [`${ACKS}0000${line('wanted-refs\n')}`, 'refs'],
  [`${ACKS}0004${line('wanted-refs\n')}`, 'open'],
  [`${line('shallow-info\n')}0001${line('wanted-refs\n')}`, 'refs'],
  [`${line('packfile-uris\n')}0001${line('wanted-refs\n')}`, 'refs'],
  // Where the client was told of it, everything stands in a side band.
  [line('\u0001wanted-refs\n'), 'refs'],
  [`${line('\u0002counting')}${line('\u0001')}${line('\u0001wanted-refs\n')}`, 'refs'],
  [ACKS, 'open'],
  ['0004', 'objects'],
  [line('packfile\n'), 'objects'],
  [`${line('\u0001packfile\n')}${line('wanted-refs\n')}`, 'objects'],
  [`${ACKS}0001${line('packfile\n')}${line('wanted-refs\n')}`, 'objects'],
  [line('NAK\n'), 'objects'],
  ['0003', 'objects'],
  ['<html>', 'objects'],
];

test.each(CASES)('%j: %s', (text, state) => {
  expect(look(text)).toBe(state);
});

test('in however many pieces it comes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CASES),
      fc.integer({ min: 1, max: 40 }),
      ([text, state], parts) => {
        expect(look(text, parts)).toBe(state);
      },
    ),
  );
});
