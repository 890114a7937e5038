// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EvidenceClass, Finding } from '../core/finding.ts';
import { parseRequirement } from './requirement-parser.ts';
import { satisfied } from './requirement-proof.ts';

const of = (
  kind: string,
  evidenceClass: EvidenceClass,
  authorities: readonly string[],
): Finding => ({
  kind,
  class: evidenceClass,
  state: 'vouched',
  identity: authorities.join('; '),
  authorities,
  detail: '',
  code: null,
});
const pgp = (...keys: readonly string[]): Finding => of('openpgp', 'publisher', keys);
const sums = (...keys: readonly string[]): Finding => of('checksums', 'publisher', keys);
const meets = (text: string, ...findings: readonly Finding[]): boolean =>
  satisfied(parseRequirement(text), findings);

describe('a finding by several authorities', () => {
  test('one key that signed the file and the list is one authority', () => {
    expect(meets('2 of (openpgp, checksums)', pgp('a'), sums('a'))).toBe(false);
    expect(meets('openpgp and checksums', pgp('a'), sums('a'))).toBe(true);
  });

  test('two keys are two, however they are spread', () => {
    expect(meets('2 of (openpgp, checksums)', pgp('a'), sums('b'))).toBe(true);
    expect(meets('2 of (openpgp, checksums)', pgp('a', 'b'), sums('a'))).toBe(true);
    expect(meets('2 of (openpgp, checksums)', pgp('a', 'b'), sums('a', 'b'))).toBe(true);
  });

  test('two keys over one file are one kind', () => {
    expect(meets('2 of (openpgp, publisher)', pgp('a', 'b'))).toBe(false);
  });

  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 });
  const expression = fc.constantFrom(
    '2 of (openpgp, checksums)',
    '2 of (openpgp, checksums, distribution)',
    '3 of (openpgp, checksums, distribution)',
    '2 of (publisher, distribution)',
  );

  test('one more key never turns true into false', () => {
    fc.assert(
      fc.property(expression, names, names, names, (text, one, two, three) => {
        const least = [pgp(...one.slice(0, 1)), sums(...two.slice(0, 1))];
        const witness = of('distribution', 'repository', three.slice(0, 1));
        if (!meets(text, ...least, witness)) return;
        const grown = of('distribution', 'repository', three);
        expect(meets(text, pgp(...one), sums(...two), grown)).toBe(true);
      }),
    );
  });

  test('no more authorities are counted than there are', () => {
    fc.assert(
      fc.property(names, names, (one, two) => {
        const met = meets('2 of (openpgp, checksums)', pgp(...one), sums(...two));
        expect(met).toBe(new Set([...one, ...two]).size >= 2);
      }),
    );
  });
});
