// SPDX-License-Identifier: Apache-2.0
import { isSpecifier, satisfies } from './specifier.ts';
import { parseVersion } from './pep440.ts';

/** What environment markers are held against, by their names: `python_version`, `sys_platform`, … */
export type MarkerEnvironment = Readonly<Record<string, string>>;

const MAX_MARKER_CHARACTERS = 4096;
const MAX_MARKER_DEPTH = 32;
const TOKEN = /\s*(?:([()])|(===|~=|==|!=|<=|>=|<|>)|"([^"]*)"|'([^']*)'|([A-Za-z_][A-Za-z_.]*))/uy;

type Token =
  | { readonly kind: 'parenthesis' | 'operator' | 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string };

/**
 * Whether an environment marker holds (PEP 508, "Environment Markers"): `null` for what is none, or
 * compares what this environment does not tell.
 */
export function markerHolds(marker: string, environment: MarkerEnvironment): boolean | null {
  const tokens = marker.length > MAX_MARKER_CHARACTERS ? null : tokenise(marker);
  if (tokens === null) return null;
  const reader = new MarkerReader(tokens, environment);
  return reader.read();
}

function tokenise(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < end) {
    const found = pattern.exec(text);
    if (found === null) return null;
    const [, parenthesis, operator, double, single, word] = found;
    if (parenthesis !== undefined) tokens.push({ kind: 'parenthesis', text: parenthesis });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'string', text: double ?? single ?? '' });
  }
  return tokens;
}

/** Thrown within: the text is no marker. */
class NoMarker extends Error {}

class MarkerReader {
  readonly #tokens: readonly Token[];
  readonly #environment: MarkerEnvironment;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], environment: MarkerEnvironment) {
    this.#tokens = tokens;
    this.#environment = environment;
  }

  read(): boolean | null {
    try {
      const holds = this.#either();
      return this.#next === this.#tokens.length ? holds : null;
    } catch (thrown) {
      if (thrown instanceof NoMarker) return null;
      throw thrown;
    }
  }

  #either(): boolean | null {
    if (++this.#depth > MAX_MARKER_DEPTH) throw new NoMarker();
    let holds = this.#both();
    while (this.#take('or')) {
      const other = this.#both();
      holds = holds === true || other === true ? true : holds === null ? null : other;
    }
    this.#depth -= 1;
    return holds;
  }

  #both(): boolean | null {
    let holds = this.#atom();
    while (this.#take('and')) {
      const other = this.#atom();
      holds = holds === false || other === false ? false : holds === null ? null : other;
    }
    return holds;
  }

  #atom(): boolean | null {
    if (this.#take('(')) {
      const inner = this.#either();
      if (!this.#take(')')) throw new NoMarker();
      return inner;
    }
    const left = this.#value();
    const operator = this.#operator();
    const right = this.#value();
    if (left === null || right === null) return null;
    return compare(left, operator, right);
  }

  #operator(): string {
    const token = this.#tokens[this.#next];
    if (token?.kind === 'operator') {
      this.#next += 1;
      return token.text;
    }
    if (this.#take('in')) return 'in';
    if (this.#take('not') && this.#take('in')) return 'not in';
    throw new NoMarker();
  }

  /** `null`: a name of which this environment tells nothing. */
  #value(): string | null {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    if (token?.kind === 'string') return token.text;
    if (token?.kind !== 'word') throw new NoMarker();
    return Object.hasOwn(this.#environment, token.text)
      ? (this.#environment[token.text] ?? null)
      : null;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === 'string' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }
}

/** By version where both sides are versions (PEP 440), otherwise as text. */
function compare(left: string, operator: string, right: string): boolean {
  if (operator === 'in') return right.includes(left);
  if (operator === 'not in') return !right.includes(left);
  if (parseVersion(left) !== null && isSpecifier(operator + right)) {
    return satisfies(left, operator + right);
  }
  switch (operator) {
    case '==':
    case '===':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    default:
      return false;
  }
}
