// SPDX-License-Identifier: Apache-2.0

const RELEASE = /^v?(\d+(?:\.\d+)*)/u;

/**
 * Poetry's short forms as PEP 440 says them; `null` for what is neither.
 * `^1.2` up to the next number that is not a leading zero, `~1.2` up to the next second one.
 */
export function specifierOf(constraint: string): string | null {
  const parts = constraint
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const stated = parts.map(partOf);
  return stated.every((part) => part !== null)
    ? stated.filter((part) => part !== '').join(',')
    : null;
}

function partOf(part: string): string | null {
  if (part === '*' || part === 'latest') return '';
  const [, sign = '', version = ''] = /^(\^|~=|~|[<>=!]=?|===)?\s*(\S+)$/u.exec(part) ?? [];
  if (version === '') return null;
  if (sign === '^' || sign === '~') {
    const numbers = RELEASE.exec(version)?.[1]?.split('.').map(Number);
    if (numbers === undefined) return null;
    return `>=${version},<${above(numbers, sign === '^').join('.')}`;
  }
  if (sign === '' || sign === '=') return `==${version}`;
  return `${sign}${version}`;
}

function above(numbers: readonly number[], caret: boolean): readonly number[] {
  const firstOfWeight = numbers.findIndex((number) => number !== 0);
  const at = caret
    ? firstOfWeight < 0
      ? numbers.length - 1
      : firstOfWeight
    : Math.min(1, numbers.length - 1);
  return [...numbers.slice(0, at), (numbers[at] ?? 0) + 1];
}

/** Poetry's short forms on a command line: `good@^1.2`, `good@latest`, `good:1.2`. */
export function specifierWord(word: string): string {
  const [, name = '', constraint = ''] =
    /^([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?)(?:@|:(?!\/\/)|=(?![=]))([\^~<>=!\d*a-z].*)$/u.exec(
      word,
    ) ?? [];
  if (name === '' || constraint.includes('://')) return word;
  const specifier = specifierOf(constraint);
  return specifier === null ? name : `${name}${specifier}`;
}
