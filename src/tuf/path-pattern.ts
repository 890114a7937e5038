// SPDX-License-Identifier: Apache-2.0

/**
 * Does the path match the pattern (TUF specification, section 4.5: shell-style wildcards, of which
 * none crosses a `/`)? `*` any characters, `?` one, `[abc]`, `[a-c]`, `[!abc]` one of a set.
 * Never slower than the product of the two lengths.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const names = path.split('/');
  const patterns = pattern.split('/');
  return (
    names.length === patterns.length &&
    names.every((name, place) => matchesName(Array.from(name), tokensOf(patterns[place] ?? '')))
  );
}

type Token = '*' | ((character: string) => boolean);

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(pattern);
  const lastEnd = characters.lastIndexOf(']');
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else {
      const end = character === '[' && at < lastEnd ? endOfSet(characters, at) : -1;
      if (end < 0) tokens.push((found) => found === character);
      else {
        tokens.push(setOf(characters.slice(at + 1, end)));
        at = end;
      }
    }
  }
  return tokens;
}

/** The closing bracket; −1 where the opening one stands for itself. */
function endOfSet(characters: readonly string[], open: number): number {
  const first = characters[open + 1] === '!' ? open + 2 : open + 1;
  return characters.indexOf(']', first + 1);
}

function setOf(inside: readonly string[]): (character: string) => boolean {
  const negated = inside[0] === '!';
  const members = negated ? inside.slice(1) : inside;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const low = members[at] ?? '';
    const high = members[at + 1] === '-' ? members[at + 2] : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) at += 2;
  }
  return (character) =>
    ranges.some(([low, high]) => low <= character && character <= high) !== negated;
}

/** Goes back only to the last `*`: earlier ones never need to take more. */
function matchesName(name: readonly string[], tokens: readonly Token[]): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    const current = tokens[token];
    if (current === '*') {
      star = token++;
      resume = at;
    } else if (current !== undefined && current(name[at] ?? '')) {
      at++;
      token++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else return false;
  }
  return tokens.slice(token).every((rest) => rest === '*');
}
