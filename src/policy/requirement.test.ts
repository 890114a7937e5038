// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../core/errors.ts';
import type { EvidenceClass, Finding } from '../core/finding.ts';
import { parseRequirement } from './requirement-parser.ts';
import { explainRequirement, satisfied } from './requirement-proof.ts';
import { canonicalRequirement, formatRequirement, type Requirement } from './requirement.ts';

const vouched = (
  kind: string,
  evidenceClass: EvidenceClass,
  identity: string | null = null,
): Finding => ({ kind, class: evidenceClass, state: 'vouched', identity, detail: '', code: null });

const LOG = vouched('log', 'log');
const TUF = vouched('tuf', 'repository');
const ATTESTATION = vouched('attestation', 'publisher', 'repo example/good');
const MEMORY = vouched('memory', 'you', 'this machine');
const APPROVAL = vouched('approval', 'you', 'alice');

const meets = (text: string, ...findings: Finding[]): boolean =>
  satisfied(parseRequirement(text), findings);

describe('require expressions', () => {
  test('"and" binds tighter than "or"', () => {
    expect(meets('publisher or repository and log', ATTESTATION)).toBe(true);
    expect(meets('publisher or repository and log', LOG)).toBe(false);
    expect(meets('(publisher or repository) and log', ATTESTATION)).toBe(false);
    expect(meets('(publisher or repository) and log', ATTESTATION, LOG)).toBe(true);
  });

  test('a name is a class or a kind', () => {
    expect(meets('you', MEMORY)).toBe(true);
    expect(meets('memory', MEMORY)).toBe(true);
    expect(meets('approval', MEMORY)).toBe(false);
  });

  test('k of n needs k different ones', () => {
    const text = 'publisher or (repository and log) or 2 of (log, repository, approval)';
    expect(meets(text, LOG)).toBe(false);
    expect(meets(text, LOG, APPROVAL)).toBe(true);
  });

  test('one finding does not count as its class and as its kind', () => {
    expect(meets('2 of (you, memory)', MEMORY)).toBe(false);
    expect(meets('2 of (you, memory)', MEMORY, APPROVAL)).toBe(true);
    expect(meets('you and memory', MEMORY)).toBe(true);
  });

  test('one authority counts once, under whatever kinds it speaks', () => {
    const openpgp = vouched('openpgp', 'publisher', 'key 1234');
    const checksums = vouched('checksums', 'publisher', 'key 1234');
    expect(meets('2 of (openpgp, checksums)', openpgp, checksums)).toBe(false);
    const other = vouched('checksums', 'publisher', 'key 5678');
    expect(meets('2 of (openpgp, checksums)', openpgp, other)).toBe(true);
    expect(meets('2 of (openpgp, checksums)', openpgp, checksums, other)).toBe(true);
  });

  test('two findings of one kind are one authority', () => {
    expect(meets('2 of (log, publisher, tuf)', LOG, vouched('log', 'log', 'b'))).toBe(false);
  });

  test('integrity never counts, nor does what did not vouch', () => {
    expect(meets('index-hash', vouched('index-hash', 'integrity'))).toBe(false);
    expect(meets('log', { ...LOG, state: 'absent' })).toBe(false);
    expect(meets('log', { ...LOG, state: 'unreachable' })).toBe(false);
    expect(meets('log', { ...LOG, state: 'failed' })).toBe(false);
  });

  test.each([
    ['', 1, 'the end'],
    ['publisher or', 13, 'the end'],
    ['publisher log', 11, '"log"'],
    ['(publisher', 11, 'the end'],
    ['publisher)', 10, '")"'],
    ['2 of publisher', 6, '"publisher"'],
    ['3 of (log, tuf)', 1, '"3"'],
    ['0 of (log, tuf)', 1, '"0"'],
    ['99999999999999999999 of (log)', 1, '99999999999999999999'],
    ['1 of ()', 7, '")"'],
    ['2 of (log, (log))', 1, 'twice'],
    ['and', 1, '"and"'],
    ['Publisher', 1, '"P"'],
    ['publisher && log', 11, '"&"'],
    ['publisher\u0000', 10, 'found'],
  ])('%j is refused at character %i', (text, at, found) => {
    expect(() => parseRequirement(text)).toThrow(`character ${at}:`);
    expect(() => parseRequirement(text)).toThrow(found);
  });

  test('depth and length are bounded', () => {
    expect(() => parseRequirement('('.repeat(900))).toThrow('levels of parentheses');
    expect(() => parseRequirement('log or '.repeat(900))).toThrow('at most 1000 characters');
    expect(() => parseRequirement('a and '.repeat(80) + 'a')).toThrow('at most 64 names');
  });

  test('what is missing is told part by part', () => {
    const expression = parseRequirement('publisher or (repository and log)');
    expect(explainRequirement(expression, [TUF, LOG])).toEqual([
      'publisher: not met',
      'repository and log: met by log, tuf',
    ]);
  });
});

const KINDS: readonly [string, EvidenceClass][] = [
  ['log', 'log'],
  ['tuf', 'repository'],
  ['attestation', 'publisher'],
  ['openpgp', 'publisher'],
  ['memory', 'you'],
  ['approval', 'you'],
];
const anyName = fc.constantFrom('publisher', 'repository', 'you', ...KINDS.map(([kind]) => kind));
const anyFinding: fc.Arbitrary<Finding> = fc
  .tuple(fc.constantFrom(...KINDS), fc.constantFrom(null, 'alice', 'bob', 'key 1'))
  .map(([[kind, evidenceClass], identity]) => vouched(kind, evidenceClass, identity));
const anyFindings = fc.array(anyFinding, { maxLength: 7 });
const { expression: anyRequirement } = fc.letrec<{ expression: Requirement }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyName.map((name): Requirement => ({ op: 'name', name })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
      )
      .map(([op, of]): Requirement => ({ op, of })),
    fc
      .uniqueArray(tie('expression'), {
        minLength: 2,
        maxLength: 4,
        selector: (one) => formatRequirement(canonicalRequirement(one)),
      })
      .chain((of) =>
        fc.record({
          op: fc.constant('count' as const),
          atLeast: fc.integer({ min: 1, max: of.length }),
          of: fc.constant(of),
        }),
      ),
  ),
}));

/** The same question answered by trying every choice (property P17). */
function satisfiedNaively(requirement: Requirement, findings: readonly Finding[]): boolean {
  return choices(requirement, findings).length > 0;
}

function choices(requirement: Requirement, findings: readonly Finding[]): Finding[][] {
  if (requirement.op === 'name') {
    return findings
      .filter((one) => one.class === requirement.name || one.kind === requirement.name)
      .map((one) => [one]);
  }
  const operands = requirement.of.map((operand) => choices(operand, findings));
  if (requirement.op === 'or') return operands.flat();
  if (requirement.op === 'and') {
    return operands.reduce<Finding[][]>(
      (met, next) => met.flatMap((a) => next.map((b) => [...a, ...b])),
      [[]],
    );
  }
  const { atLeast } = requirement.op === 'count' ? requirement : { atLeast: 1 };
  let states: { parts: Finding[][] }[] = [{ parts: [] }];
  for (const own of operands) {
    states = states.flatMap((state) => [
      state,
      ...own.map((one) => ({ parts: [...state.parts, one] })),
    ]);
  }
  return states
    .filter(({ parts }) => parts.length >= atLeast && apart(parts))
    .map(({ parts }) => parts.flat());
}

function apart(parts: readonly Finding[][]): boolean {
  return parts.every((part, index) =>
    parts
      .slice(index + 1)
      .every((other) =>
        part.every((a) =>
          other.every(
            (b) => a.kind !== b.kind && (a.identity === null || a.identity !== b.identity),
          ),
        ),
      ),
  );
}

describe('properties of require expressions', () => {
  test('what is printed reads back as the same demand', () => {
    fc.assert(
      fc.property(anyRequirement, anyFindings, (expression, findings) => {
        const again = parseRequirement(formatRequirement(expression));
        expect(canonicalRequirement(again)).toEqual(canonicalRequirement(expression));
        expect(satisfied(again, findings)).toBe(satisfied(expression, findings));
      }),
    );
  });

  test('the canonical spelling asks for the same, and is canonical', () => {
    fc.assert(
      fc.property(anyRequirement, anyFindings, (expression, findings) => {
        const canonical = canonicalRequirement(expression);
        expect(satisfied(canonical, findings)).toBe(satisfied(expression, findings));
        expect(canonicalRequirement(canonical)).toEqual(canonical);
      }),
    );
  });

  test('monotone: one more voucher never turns true into false', () => {
    fc.assert(
      fc.property(anyRequirement, anyFindings, anyFinding, (expression, findings, more) => {
        if (!satisfied(expression, findings)) return;
        expect(satisfied(expression, [...findings, more])).toBe(true);
      }),
    );
  });

  test('order and repetition of findings decide nothing', () => {
    fc.assert(
      fc.property(anyRequirement, anyFindings, (expression, findings) => {
        const shuffled = findings.toReversed().flatMap((one) => [one, { ...one }]);
        expect(satisfied(expression, shuffled)).toBe(satisfied(expression, findings));
      }),
    );
  });

  test('the fast way agrees with trying everything', () => {
    fc.assert(
      fc.property(
        anyRequirement,
        fc.array(anyFinding, { maxLength: 4 }),
        (expression, findings) => {
          expect(satisfied(expression, findings)).toBe(satisfiedNaively(expression, findings));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('any text is an expression or a coded refusal (fuzz target Z18)', () => {
    const word = fc.constantFrom('and', 'or', 'of', '2', '(', ')', ',', 'log', ' ', '\n', '\u202e');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          try {
            parseRequirement(text);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(Refusal);
            expect(thrown).toMatchObject({ code: 'WP-POLICY-INVALID' });
          }
        },
      ),
    );
  });
});
