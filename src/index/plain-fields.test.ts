// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFields } from './entry-fields.ts';
import { readPlainFile } from './plain-fields.ts';
import type { RawEntry } from './raw-page.ts';

const filename = 'good-1.0-py3-none-any.whl';
const url = `https://files.test/${filename}`;
const A = 'a1'.repeat(32);
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  false,
  '',
  'x',
  '\ud800',
  -1,
  1.5,
  [],
  {},
);
const inherited: unknown = Object.create({ sha256: A });
const hashes = fc.constantFrom<unknown>(
  { sha256: A },
  { sha256: A.toUpperCase() },
  { SHA256: A },
  { sha256: A, md5: 'b' },
  { sha256: 1 },
  { sha256: 'a' },
  [A],
  inherited,
);
const times = fc.constantFrom<unknown>(
  '2026-01-31T12:00:00.000000Z',
  '2026-01-28T23:59:59Z',
  '2026-02-30T12:00:00Z',
  '2026-01-28T24:00:00Z',
  '2026-01-28T12:00:00+01:00',
  '2026-01-28',
);
/** Mostly as indexes write it, or else anything. */
const usually = (usual: unknown, ...others: readonly fc.Arbitrary<unknown>[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, odd, ...others);
const entry = fc.record<RawEntry>({
  filename: fc.constant(filename),
  address: fc.constantFrom(url, url, url, `${url}#sha256=${A}`, `../${filename}`),
  hashes: usually({ sha256: A }, hashes),
  requiresPython: usually('>=3.9'),
  coreMetadata: usually({ sha256: A }, hashes),
  gpgSig: usually(undefined),
  yanked: usually(false, fc.constant('it has a hole')),
  size: usually(12, fc.constantFrom(2 ** 53, -0)),
  uploadTime: usually('2026-01-28T12:00:00.000000Z', times),
  provenance: usually(null),
  fault: fc.constantFrom(null, null, null, 'said twice'),
});

test('what is read the short way is what the long way reads, and faultless', () => {
  let met = 0;
  fc.assert(
    fc.property(entry, (raw) => {
      const file = readPlainFile(raw, filename, url);
      if (file === null) return;
      met += 1;
      const read = readFields(raw, url, url);
      expect({ ...read, fields: { filename, url, ...read.fields } }).toStrictEqual({
        fields: file,
        fault: null,
        hashFault: null,
        sizeFault: null,
      });
      expect(raw.fault).toBeNull();
      expect(file.hashes['sha256']).toBe(A);
    }),
    { numRuns: 5000 },
  );
  expect(met).toBeGreaterThan(100);
});
