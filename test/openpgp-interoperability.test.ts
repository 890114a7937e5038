// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { describeRun, type Vector } from './conformance/openpgp/interoperability.ts';

const right: Vector = {
  test: 'a test',
  vector: 'a vector',
  expected: 'accept',
  ours: 'accept',
  sqop: 'accept',
  said: '',
};
const amissWith = (...more: readonly Partial<Vector>[]): readonly string[] =>
  describeRun({
    vectors: [
      ...Array.from({ length: 100 }, () => right),
      ...more.map((one) => ({ ...right, ...one })),
    ],
    commit: '',
    hasSqop: true,
  }).amiss;

test('a run of the interoperability suite is red for a false accept and for what nobody explains', () => {
  expect(amissWith({ expected: 'refuse', ours: 'refuse' }, { ours: 'unasked' })).toEqual([]);
  expect(amissWith({ expected: 'refuse' })).toEqual([expect.stringMatching(/^false accept/u)]);
  const refused = { ours: 'refuse', said: 'something new' } as const;
  expect(amissWith(refused)).toEqual([expect.stringMatching(/^nobody knows why/u)]);
  expect(amissWith({ ...refused, said: 'AB: Primary key is revoked' })).toEqual([]);
  const laxer = { expected: null, sqop: 'refuse' } as const;
  expect(amissWith(laxer)).toEqual([expect.stringMatching(/^nobody knows why/u)]);
  expect(amissWith({ ...laxer, test: 'Trust Packet' })).toEqual([]);
  expect(describeRun({ vectors: [right], commit: '', hasSqop: true }).amiss).toHaveLength(1);
});
