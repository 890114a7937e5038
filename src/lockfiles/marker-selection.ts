// SPDX-License-Identifier: Apache-2.0
import { normaliseName } from '../core/project-name.ts';
import { invalid } from './format.ts';

/** Which extras and groups are to be installed. */
export interface Selection {
  readonly isExtra: (name: string) => boolean;
  readonly isGroup: (name: string) => boolean;
}

/** What is left of a marker once it is known which extras and groups are meant. */
export interface Selected {
  /** `null`: it always holds; `false`: it never does. */
  readonly marker: string | null | false;
  /** Extras and groups that it asks about. */
  readonly asked: readonly string[];
}

const MAX_CHARACTERS = 20_000;
const MAX_DEPTH = 32;
const TOKEN =
  /\s*(?:([()])|(===|~=|==|!=|<=|>=|<|>)|("[^"]*"|'[^']*')|([A-Za-z_][A-Za-z0-9_.]*))/uy;
/** PEP 508's `extra`, which lock files of Poetry use; `extras` and `dependency_groups` of PEP 751. */
const SELECTS = /\b(?:extras?|dependency_groups)\b/u;

/**
 * A marker without its conditions on extras and groups (PEP 508, PEP 751): those are answered by
 * the selection; what remains is of the environment alone.
 * @throws Refusal `WP-LOCKFILE-INVALID` where such a condition stands in what is no marker
 */
export function selectMarker(marker: string, selection: Selection, where: string): Selected {
  if (!SELECTS.test(marker)) return { marker, asked: [] };
  const tokens = marker.length > MAX_CHARACTERS ? null : tokenise(marker);
  const reader = tokens === null ? null : new SelectionReader(tokens, selection);
  const left = reader?.read() ?? null;
  if (reader === null || left === null) {
    throw invalid(where, 'its marker asks for extras or groups, and cannot be read');
  }
  return { marker: left === true ? null : left === false ? false : left.text, asked: reader.asked };
}

function tokenise(text: string): readonly string[] | null {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < end) {
    const found = pattern.exec(text);
    if (found === null) return null;
    tokens.push(found.slice(1).find((part) => part !== undefined) ?? '');
  }
  return tokens;
}

/** Known already, or a condition that stays. */
type Left = boolean | { readonly text: string; readonly isEither: boolean };

class SelectionReader {
  readonly asked: string[] = [];
  readonly #tokens: readonly string[];
  readonly #selection: Selection;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly string[], selection: Selection) {
    this.#tokens = tokens;
    this.#selection = selection;
  }

  /** `null`: it is no marker. */
  read(): Left | null {
    const left = this.#either();
    return this.#next === this.#tokens.length ? left : null;
  }

  #either(): Left | null {
    if (++this.#depth > MAX_DEPTH) return null;
    const parts: Left[] = [];
    do {
      const part = this.#both();
      if (part === null) return null;
      parts.push(part);
    } while (this.#take('or'));
    this.#depth -= 1;
    if (parts.includes(true)) return true;
    return together(parts.filter(isOpen), ' or ') ?? false;
  }

  #both(): Left | null {
    const parts: Left[] = [];
    do {
      const part = this.#atom();
      if (part === null) return null;
      parts.push(part);
    } while (this.#take('and'));
    if (parts.includes(false)) return false;
    return together(parts.filter(isOpen), ' and ') ?? true;
  }

  #atom(): Left | null {
    if (this.#take('(')) {
      const inner = this.#either();
      return this.#take(')') ? inner : null;
    }
    const [first, operator, second] = [this.#word(), this.#operator(), this.#word()];
    if (first === null || operator === null || second === null) return null;
    return (
      this.#answer(first, operator, second) ?? {
        text: `${first} ${operator} ${second}`,
        isEither: false,
      }
    );
  }

  /** `null`: it does not ask for an extra or a group. */
  #answer(first: string, operator: string, second: string): boolean | null {
    const [name, asked] = isQuoted(first) ? [second, first] : [first, second];
    if (!isQuoted(asked)) return null;
    const isNegated = operator === '!=' || operator === 'not in';
    const isMembership = second === name && /^(?:not )?in$/u.test(operator);
    const isEqual = operator === '==' || operator === '!=';
    if (!SELECTS.test(name) || !(name === 'extra' ? isEqual : isMembership)) return null;
    const { wanted, isGroup } = meant(name, asked.slice(1, -1));
    this.asked.push(wanted);
    const holds = isGroup ? this.#selection.isGroup(wanted) : this.#selection.isExtra(wanted);
    return holds !== isNegated;
  }

  #word(): string | null {
    const token = this.#tokens[this.#next];
    if (token === undefined || !(isQuoted(token) || /^[A-Za-z_]/u.test(token))) return null;
    this.#next += 1;
    return token;
  }

  #operator(): string | null {
    const token = this.#tokens[this.#next];
    if (token !== undefined && /^[=~!<>]/u.test(token)) {
      this.#next += 1;
      return token;
    }
    if (this.#take('in')) return 'in';
    return this.#take('not') && this.#take('in') ? 'not in' : null;
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#next] !== text) return false;
    this.#next += 1;
    return true;
  }
}

/** Where extras or groups exclude each other, uv asks for `extra == 'group-7-project-docs'`. */
function meant(variable: string, name: string) {
  const [, kind, length, rest = ''] = /^(extra|group)-(\d{1,3})-(.+)$/u.exec(name) ?? [];
  const own = rest.slice(Number(length) + 1);
  if (variable === 'extra' && kind !== undefined && own !== '') {
    return { wanted: normaliseName(own), isGroup: kind === 'group' };
  }
  return { wanted: normaliseName(name), isGroup: variable === 'dependency_groups' };
}

type Open = Exclude<Left, boolean>;

const isOpen = (left: Left): left is Open => typeof left !== 'boolean';

function together(parts: readonly Open[], word: ' and ' | ' or '): Open | null {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? null;
  const isEither = word === ' or ';
  const texts = parts.map((part) => (part.isEither && !isEither ? `(${part.text})` : part.text));
  return { text: texts.join(word), isEither };
}

const isQuoted = (text: string): boolean => /^["']/u.test(text);
