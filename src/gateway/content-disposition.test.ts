// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dispositionFilenames } from './content-disposition.ts';

test.each([
  [undefined, []],
  ['inline', []],
  ['attachment; filename=demo.whl', ['demo.whl']],
  ['attachment; filename="demo.whl"', ['demo.whl']],
  ['attachment;FILENAME = "a\\"b.whl" ; x=y', ['a"b.whl']],
  ['attachment; filename="../../demo.whl"', ['demo.whl']],
  ['attachment; filename="x.txt"; filename*=UTF-8\'\'demo%2Ewhl', ['demo.whl', 'x.txt']],
  ['attachment; xfilename=demo.whl', []],
])('%s names %j', (header, names) => {
  expect(dispositionFilenames(header)).toEqual(names);
});

test('never fails', () => {
  fc.assert(
    fc.property(fc.string(), (noise) => {
      dispositionFilenames(noise);
      dispositionFilenames(`attachment; filename*=${noise}`);
      dispositionFilenames(`attachment; filename="${noise}`);
    }),
  );
});
