// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { isVoucher, type Finding } from '../core/finding.ts';
import { formatRequirement, type Requirement } from './requirement.ts';

/** Far more than there are kinds of evidence; bounds the search. */
const MAX_VOUCHERS = 30;

/** So many keys that vouch at once are told apart; whoever wants more is content with these. */
const MAX_AUTHORITIES = 4;

/** A set of findings, one bit each, that together meet a requirement. */
type Support = number;

/**
 * Whether the findings that vouch meet the requirement. Under `k of (…)` no authority counts
 * twice: two findings of one kind, or by one identity, are one authority. More vouched findings
 * never turn true into false.
 */
export function satisfied(requirement: Requirement, findings: readonly Finding[]): boolean {
  return proofOf(requirement, findings) !== null;
}

/** The smallest set of vouched findings that meets the requirement, or `null`. */
export function proofOf(
  requirement: Requirement,
  findings: readonly Finding[],
): readonly Finding[] | null {
  const vouchers = distinctVouchers(findings);
  const supports = new Supports(vouchers).of(requirement);
  const [best] = [...supports].sort((a, b) => bitCount(a) - bitCount(b) || a - b);
  if (best === undefined) return null;
  return vouchers.filter((_, index) => (best & (1 << index)) !== 0);
}

/** Each part of a requirement and whether it is met: what a person reads to see what is missing. */
export function explainRequirement(
  requirement: Requirement,
  findings: readonly Finding[],
): readonly string[] {
  const parts = requirement.op === 'or' ? requirement.of : [requirement];
  return parts.map((part) => {
    const proof = proofOf(part, findings);
    const by = proof?.map((finding) => finding.identity ?? finding.kind).join(', ');
    return `${formatRequirement(part)}: ${by === undefined ? 'not met' : `met by ${by}`}`;
  });
}

/** Findings that count as vouchers, repetitions dropped, in an order that does not depend on arrival. */
function distinctVouchers(findings: readonly Finding[]): readonly Finding[] {
  const vouched = findings.filter(isVoucher).flatMap(byAuthority);
  const byKey = new Map(
    vouched.map((one) => [JSON.stringify([one.class, one.kind, one.identity]), one]),
  );
  const keys = [...byKey.keys()].sort();
  if (keys.length > MAX_VOUCHERS) {
    throw new Refusal('WP-INTERNAL', {
      message: `expected at most ${MAX_VOUCHERS} vouchers for one file, found ${keys.length}`,
    });
  }
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

/** Who speaks for several at once stands once for each of them. */
function byAuthority(finding: Finding): readonly Finding[] {
  const { authorities } = finding;
  if (authorities === undefined) return [finding];
  return authorities.slice(0, MAX_AUTHORITIES).map((identity) => ({ ...finding, identity }));
}

/** All minimal supports of a requirement over a fixed list of vouchers. */
class Supports {
  readonly #vouchers: readonly Finding[];
  /** For each voucher, the set of those that speak by the same authority, itself included. */
  readonly #sameAuthority: readonly Support[];

  constructor(vouchers: readonly Finding[]) {
    this.#vouchers = vouchers;
    this.#sameAuthority = vouchers.map((one) =>
      bitsWhere(vouchers, (other) => isSameAuthority(one, other)),
    );
  }

  of(requirement: Requirement): readonly Support[] {
    if (requirement.op === 'name') return this.#named(requirement.name);
    const operands = requirement.of.map((operand) => this.of(operand));
    if (requirement.op === 'count') return this.#counted(requirement.atLeast, operands);
    if (requirement.op === 'or') return minimal(operands.flat());
    return operands.reduce((met, next) => minimal(met.flatMap((a) => next.map((b) => a | b))), [0]);
  }

  #named(name: string): readonly Support[] {
    return this.#vouchers.flatMap((one, index) =>
      one.class === name || one.kind === name ? [1 << index] : [],
    );
  }

  /** `reached[n]`: supports of n operands whose authorities are all different. */
  #counted(atLeast: number, operands: readonly (readonly Support[])[]): readonly Support[] {
    const reached: (readonly Support[])[] = [[0], ...Array.from({ length: atLeast }, () => [])];
    for (const own of operands) {
      for (let count = atLeast; count > 0; count -= 1) {
        const grown = (reached[count - 1] ?? []).flatMap((support) =>
          own.flatMap((one) => ((this.#authorities(support) & one) === 0 ? [support | one] : [])),
        );
        reached[count] = minimal([...(reached[count] ?? []), ...grown]);
      }
    }
    return reached[atLeast] ?? [];
  }

  #authorities(support: Support): Support {
    return this.#sameAuthority.reduce(
      (sum, same, index) => ((support & (1 << index)) === 0 ? sum : sum | same),
      0,
    );
  }
}

function isSameAuthority(one: Finding, other: Finding): boolean {
  return one.kind === other.kind || (one.identity !== null && one.identity === other.identity);
}

function bitsWhere(vouchers: readonly Finding[], test: (one: Finding) => boolean): Support {
  return vouchers.reduce((sum, one, index) => (test(one) ? sum | (1 << index) : sum), 0);
}

/** Supports that contain no other one. */
function minimal(supports: readonly Support[]): readonly Support[] {
  const kept: Support[] = [];
  for (const support of [...new Set(supports)].sort((a, b) => bitCount(a) - bitCount(b))) {
    if (!kept.some((smaller) => (smaller & support) === smaller)) kept.push(support);
  }
  return kept;
}

function bitCount(support: Support): number {
  let count = 0;
  for (let rest = support; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
