// SPDX-License-Identifier: Apache-2.0

/**
 * What a policy requires of a file: an expression over classes and kinds of evidence, for instance
 * `publisher or 2 of (log, repository, approval)`. The grammar is in docs/guide/policy.md.
 */
export type Requirement =
  /** A class (`publisher`) or a kind (`approval`). */
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'and' | 'or'; readonly of: readonly Requirement[] }
  /** `atLeast` of these, each by another authority. */
  | { readonly op: 'count'; readonly atLeast: number; readonly of: readonly Requirement[] };

export const MAX_REQUIREMENT_CHARACTERS = 1_000;
export const MAX_REQUIREMENT_DEPTH = 16;
export const MAX_REQUIREMENT_NAMES = 64;

export function formatRequirement(requirement: Requirement): string {
  return format(requirement, 'top');
}

function format(requirement: Requirement, inside: 'top' | 'and' | 'or'): string {
  const { op } = requirement;
  if (op === 'name') return requirement.name;
  if (op === 'count') {
    const operands = requirement.of.map((operand) => format(operand, 'top'));
    return `${requirement.atLeast} of (${operands.join(', ')})`;
  }
  const text = requirement.of.map((operand) => format(operand, op)).join(` ${op} `);
  return inside === 'top' || inside === op ? text : `(${text})`;
}

/** The same demand in its one spelling: nested and/or flattened, operands sorted, repetitions dropped. */
export function canonicalRequirement(requirement: Requirement): Requirement {
  if (requirement.op === 'name') return requirement;
  const operands = requirement.of.map((operand) => canonicalRequirement(operand));
  if (requirement.op === 'count' && requirement.atLeast > 1) {
    return { ...requirement, of: operands.sort(byText) };
  }
  const op = requirement.op === 'and' ? 'and' : 'or'; // one of several is any of them
  const flat = operands.flatMap((operand) => (operand.op === op ? operand.of : [operand]));
  const unique = new Map(flat.map((operand) => [formatRequirement(operand), operand]));
  const [only, ...others] = [...unique.values()].sort(byText);
  if (only === undefined) return requirement;
  return others.length === 0 ? only : { op, of: [only, ...others] };
}

function byText(left: Requirement, right: Requirement): number {
  const [a, b] = [formatRequirement(left), formatRequirement(right)];
  return a < b ? -1 : Number(a > b);
}

export function namesIn(requirement: Requirement): readonly string[] {
  if (requirement.op === 'name') return [requirement.name];
  return [...new Set(requirement.of.flatMap((operand) => namesIn(operand)))];
}
