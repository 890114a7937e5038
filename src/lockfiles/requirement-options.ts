// SPDX-License-Identifier: Apache-2.0
import { safeText } from '../core/safe-text.ts';
import { invalid } from './format.ts';
import { splitShellWords } from './shell-words.ts';
import type { LogicalLine } from './requirement-lines.ts';

export interface GivenOption {
  /** Long form. */
  readonly name: string;
  readonly value: string | null;
}

export interface LineParts {
  /** The requirement, empty on a line of options. */
  readonly requirement: string;
  readonly options: readonly GivenOption[];
}

/** Options of requirement files in pip and uv, old ones too; `true` takes a value. */
const OPTIONS: ReadonlyMap<string, boolean> = new Map([
  ['--index-url', true],
  ['--pypi-url', true],
  ['--extra-index-url', true],
  ['--no-index', false],
  ['--constraint', true],
  ['--requirement', true],
  ['--editable', true],
  ['--find-links', true],
  ['--no-binary', true],
  ['--only-binary', true],
  ['--prefer-binary', false],
  ['--require-hashes', false],
  ['--no-require-hashes', false],
  ['--pre', false],
  ['--all-releases', true],
  ['--only-final', true],
  ['--trusted-host', true],
  ['--use-feature', true],
  ['--hash', true],
  ['--config-settings', true],
  ['--config-setting', true],
  ['--global-option', true],
  ['--install-option', true],
  ['--build-option', true],
  ['--always-unzip', false],
  ['--process-dependency-links', false],
  ['--no-use-wheel', false],
]);

const SHORT: ReadonlyMap<string, string> = new Map([
  ['-i', '--index-url'],
  ['-c', '--constraint'],
  ['-r', '--requirement'],
  ['-e', '--editable'],
  ['-f', '--find-links'],
  ['-C', '--config-settings'],
  ['-Z', '--always-unzip'],
]);

/**
 * A line's requirement and its options, as pip takes them apart: the options begin at the first
 * word that starts with a dash.
 * @throws Refusal `WP-LOCKFILE-INVALID`
 */
export function takeApart({ text, where }: LogicalLine): LineParts {
  const start = /(?:^| )(?=-)/u.exec(text);
  if (start === null) return { requirement: text, options: [] };
  const words = splitShellWords(text.slice(start.index));
  if (words === null) throw invalid(where, 'a quotation or escape does not end');
  return { requirement: text.slice(0, start.index).trim(), options: optionsIn(words, where) };
}

function optionsIn(words: readonly string[], where: string): readonly GivenOption[] {
  const options: GivenOption[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') continue; // pip drops words between options
    const { name, attached } = nameIn(word, where);
    if (OPTIONS.get(name) !== true) {
      options.push({ name, value: null });
      continue;
    }
    if (attached === null) at += 1;
    const value = attached ?? words[at];
    if (value === undefined) throw invalid(where, `${name} wants a value`);
    options.push({ name, value });
  }
  return options;
}

function nameIn(word: string, where: string): { name: string; attached: string | null } {
  if (!word.startsWith('--')) {
    const long = SHORT.get(word.slice(0, 2));
    if (long === undefined) throw unknown(word, where);
    return { name: long, attached: word.length > 2 ? word.slice(2) : null };
  }
  const equals = word.indexOf('=');
  const stem = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? null : word.slice(equals + 1);
  if (OPTIONS.has(stem)) return { name: stem, attached };
  // optparse takes any beginning that only one option has.
  const [only, second] = [...OPTIONS.keys()].filter((candidate) => candidate.startsWith(stem));
  if (only === undefined || second !== undefined) throw unknown(word, where);
  return { name: only, attached };
}

function unknown(word: string, where: string): Error {
  return invalid(where, `the option ${safeText(word, 100)} is not known in requirement files`);
}
