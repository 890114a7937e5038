// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { JailWish } from '../host/index.ts';

/** Our own options: only what stands before the installer's or the command's name. */
export interface OwnOptions {
  readonly quiet: boolean;
  readonly strict: boolean;
  /** Where the JSON report goes; `-` is standard output. */
  readonly report: string | null;
  readonly policyFile: string | null;
  /** What keeps the installer to the gate beyond its settings. */
  readonly jail: JailWish;
  /** `false`: nothing is fetched before the installer asks for it. */
  readonly fetchAhead: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

export interface CommandLine {
  readonly options: OwnOptions;
  /** What follows: a command of ours, or an installer and its own arguments, untouched. */
  readonly words: readonly string[];
}

type Switch = 'quiet' | 'strict' | 'noFetchAhead' | 'help' | 'version';

const SWITCHES: ReadonlyMap<string, Switch> = new Map([
  ['-q', 'quiet'],
  ['--quiet', 'quiet'],
  ['--strict', 'strict'],
  ['--no-fetch-ahead', 'noFetchAhead'],
  ['-h', 'help'],
  ['--help', 'help'],
  ['-V', 'version'],
  ['--version', 'version'],
]);

const VALUES: ReadonlyMap<string, 'report' | 'policyFile' | 'jail'> = new Map([
  ['--report', 'report'],
  ['--policy', 'policyFile'],
  ['--jail', 'jail'],
]);

const JAILS: readonly JailWish[] = ['auto', 'namespace', 'landlock', 'off'];

/** @throws Refusal `WP-USAGE` for an option that is not ours or lacks its value. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const switches: Record<Switch, boolean> = {
    quiet: false,
    strict: false,
    noFetchAhead: false,
    help: false,
    version: false,
  };
  const values: Record<'report' | 'policyFile' | 'jail', string | null> = {
    report: null,
    policyFile: null,
    jail: null,
  };
  let position = 0;
  for (; position < argv.length; position++) {
    const word = argv[position] ?? '';
    if (!word.startsWith('-')) break;
    const { name, inline } = splitInline(word);
    const flag = SWITCHES.get(word);
    const valued = VALUES.get(name);
    if (flag !== undefined) {
      switches[flag] = true;
    } else if (valued !== undefined) {
      const value = inline ?? argv[++position] ?? '';
      if (value === '') throw new Refusal('WP-USAGE', { message: `${name} needs a value` });
      values[valued] = value;
    } else {
      throw new Refusal('WP-USAGE', { message: `unknown option ${word}` });
    }
  }
  const { noFetchAhead, ...rest } = switches;
  const fetchAhead = !noFetchAhead;
  const options = { ...rest, ...values, fetchAhead, jail: readJail(values.jail) };
  return { options, words: argv.slice(position) };
}

function readJail(stated: string | null): JailWish {
  const wish = JAILS.find((one) => one === (stated ?? 'auto'));
  if (wish !== undefined) return wish;
  throw new Refusal('WP-USAGE', {
    message: `--jail: expected ${JAILS.join(', ')}, found "${safeText(stated ?? '', 100)}"`,
  });
}

function splitInline(word: string): { readonly name: string; readonly inline: string | null } {
  const at = word.indexOf('=');
  if (at < 0) return { name: word, inline: null };
  return { name: word.slice(0, at), inline: word.slice(at + 1) };
}
