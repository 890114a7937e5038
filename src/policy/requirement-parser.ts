// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import {
  canonicalRequirement,
  formatRequirement,
  MAX_REQUIREMENT_CHARACTERS,
  MAX_REQUIREMENT_DEPTH,
  MAX_REQUIREMENT_NAMES,
  type Requirement,
} from './requirement.ts';

interface Token {
  readonly text: string;
  /** Characters from the start, counted from 1. */
  readonly at: number;
}

const WORDS = new Set(['and', 'or', 'of']);

/**
 * Reads a `require` expression.
 * @throws Refusal `WP-POLICY-INVALID` naming the place, what was expected and what was found.
 */
export function parseRequirement(text: string): Requirement {
  if (text.length > MAX_REQUIREMENT_CHARACTERS) {
    throw invalid(text, 1, `at most ${MAX_REQUIREMENT_CHARACTERS} characters`, `${text.length}`);
  }
  const parser = new RequirementParser(text);
  return parser.parse();
}

class RequirementParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #names = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenise(text);
  }

  parse(): Requirement {
    const requirement = this.#either();
    const left = this.#peek();
    if (left !== null) throw this.#unexpected('"and", "or" or the end');
    return requirement;
  }

  /** expression = conjunction { "or" conjunction } */
  #either(): Requirement {
    if (++this.#depth > MAX_REQUIREMENT_DEPTH) {
      throw this.#unexpected(`at most ${MAX_REQUIREMENT_DEPTH} levels of parentheses`);
    }
    const operands = this.#chain('or', () => this.#chain('and', () => this.#term()));
    this.#depth -= 1;
    return operands;
  }

  #chain(op: 'and' | 'or', operand: () => Requirement): Requirement {
    const first = operand();
    const others: Requirement[] = [];
    while (this.#take(op)) others.push(operand());
    return others.length === 0 ? first : { op, of: [first, ...others] };
  }

  /** term = name | count "of" "(" … ")" | "(" expression ")" */
  #term(): Requirement {
    const token = this.#peek();
    if (token !== null && /^\d/u.test(token.text)) return this.#count(token);
    if (this.#take('(')) {
      const inner = this.#either();
      this.#expect(')');
      return inner;
    }
    if (token === null || !/^[a-z]/u.test(token.text) || WORDS.has(token.text)) {
      throw this.#unexpected('a class or kind of evidence, "N of (…)" or "("');
    }
    this.#next += 1;
    if (++this.#names > MAX_REQUIREMENT_NAMES) {
      throw invalid(this.#text, token.at, `at most ${MAX_REQUIREMENT_NAMES} names`, 'more');
    }
    return { op: 'name', name: token.text };
  }

  #count(token: Token): Requirement {
    const atLeast = /^\d{1,3}$/u.test(token.text) ? Number(token.text) : 0;
    this.#next += 1;
    this.#expect('of');
    this.#expect('(');
    const operands = [this.#either()];
    while (this.#take(',')) operands.push(this.#either());
    this.#expect(')');
    if (atLeast < 1 || atLeast > operands.length) {
      const expected = `a number from 1 to ${operands.length}`;
      throw invalid(this.#text, token.at, expected, `"${token.text}"`);
    }
    this.#refuseTwins(operands, token);
    return { op: 'count', atLeast, of: operands };
  }

  /** `2 of (log, log)` would look stronger than it is. */
  #refuseTwins(operands: readonly Requirement[], token: Token): void {
    const spellings = operands.map((one) => formatRequirement(canonicalRequirement(one)));
    const twin = spellings.find((spelling, index) => spellings.indexOf(spelling) !== index);
    if (twin !== undefined) {
      throw invalid(this.#text, token.at, 'different operands', `"${twin}" twice`);
    }
  }

  #peek(): Token | null {
    return this.#tokens[this.#next] ?? null;
  }

  #take(text: string): boolean {
    if (this.#peek()?.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(`"${text}"`);
  }

  #unexpected(expected: string): Refusal {
    const token = this.#peek();
    const found = token === null ? 'the end' : `"${token.text}"`;
    return invalid(this.#text, token?.at ?? this.#text.length + 1, expected, found);
  }
}

function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /[a-z][a-z0-9-]*|\d+|[(),]|\s+|[^]/gu;
  for (const match of text.matchAll(pattern)) {
    const [found] = match;
    const at = match.index + 1;
    if (/^\s/u.test(found)) continue;
    if (!/^[a-z0-9(),]/u.test(found)) {
      throw invalid(text, at, 'lower-case names, numbers, commas and parentheses', `"${found}"`);
    }
    tokens.push({ text: found, at });
  }
  return tokens;
}

function invalid(text: string, at: number, expected: string, found: string): Refusal {
  const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return new Refusal('WP-POLICY-INVALID', {
    message: `require "${shown}", character ${at}: expected ${expected}, found ${found}`,
  });
}
