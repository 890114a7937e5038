// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';

/** The options of a program, as far as they matter for taking its arguments apart. */
export interface OptionTable {
  /** Options that take a value, long and short. */
  readonly values: ReadonlySet<string>;
  /** Long switches, known so that beginnings of option names are understood. */
  readonly switches: ReadonlySet<string>;
  /** Other spellings to the one used here. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Python's optparse takes any beginning that only one option has; clap does not. */
  readonly beginnings: boolean;
  /** `-p=x` means `x`: in clap, click and argparse, not in optparse; absent: where beginnings are not taken. */
  readonly shortEquals?: boolean;
}

export interface ScannedOption {
  readonly name: string;
  readonly value: string | null;
  readonly index: number;
}

export interface ScannedWord {
  readonly text: string;
  readonly index: number;
}

export interface Scan {
  readonly options: readonly ScannedOption[];
  readonly words: readonly ScannedWord[];
  /** Where a literal `--` stands, or the end: whatever is inserted here is still read as options. */
  readonly end: number;
}

/**
 * Arguments taken apart.
 * @param lastWord stops behind that many words: what follows is another program's (`uv run x …`).
 * @throws Refusal `WP-USAGE` where the last option lacks its value: it would swallow the next one
 */
export function scanArguments(
  argv: readonly string[],
  table: OptionTable,
  lastWord: number = Infinity,
): Scan {
  const options: ScannedOption[] = [];
  const words: ScannedWord[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') {
      const rest = argv.slice(index + 1).map((text, at) => ({ text, index: index + 1 + at }));
      return { options, words: [...words, ...rest], end: index };
    }
    if (!word.startsWith('-') || word === '-') {
      words.push({ text: word, index });
      if (words.length >= lastWord) return { options, words, end: index };
      continue;
    }
    const found = optionsIn(word, table);
    for (const option of found) options.push({ ...option, index });
    const last = found.at(-1);
    if (last === undefined || last.value !== null || !table.values.has(last.name)) continue;
    const value = argv[index + 1];
    if (value === undefined) {
      throw new Refusal('WP-USAGE', {
        message: `${safeText(word, 100)} wants a value, found none`,
      });
    }
    options[options.length - 1] = { name: last.name, value, index };
    index += 1;
  }
  return { options, words, end: argv.length };
}

export function valuesOf(scan: Scan, ...names: readonly string[]): readonly string[] {
  return scan.options.filter(({ name }) => names.includes(name)).map(({ value }) => value ?? '');
}

export function has(scan: Scan, ...names: readonly string[]): boolean {
  return scan.options.some(({ name }) => names.includes(name));
}

interface Option {
  readonly name: string;
  readonly value: string | null;
}

/** The options that one word holds: one long one, or a cluster of short ones of which the last may have a value. */
function optionsIn(word: string, table: OptionTable): readonly Option[] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const stem = equals < 0 ? word : word.slice(0, equals);
    return [{ name: longName(stem, table), value: equals < 0 ? null : word.slice(equals + 1) }];
  }
  const found: Option[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const short = `-${word.charAt(at)}`;
    const name = table.aliases.get(short) ?? short;
    if (table.values.has(name)) {
      const { shortEquals = !table.beginnings } = table;
      const attached = word.slice(at + 1).replace(shortEquals ? /^=/u : /^$/u, '');
      return [...found, { name, value: at + 1 < word.length ? attached : null }];
    }
    found.push({ name, value: null });
  }
  return found;
}

function longName(stem: string, table: OptionTable): string {
  const known = (name: string): boolean => table.values.has(name) || table.switches.has(name);
  const alias = table.aliases.get(stem);
  if (alias !== undefined || known(stem) || !table.beginnings) return alias ?? stem;
  const all = [...table.values, ...table.switches, ...table.aliases.keys()];
  const meant = new Set(
    all.filter((name) => name.startsWith(stem)).map((name) => table.aliases.get(name) ?? name),
  );
  const [only] = meant;
  return meant.size === 1 && only !== undefined ? only : stem;
}
