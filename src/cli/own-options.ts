// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';
import { safeText } from '../core/safe-text.ts';
import type { JailWish } from '../host/index.ts';

/** What continuous integration reads. */
export interface CiOutputs {
  /** Where SARIF goes. */
  readonly sarif: string | null;
  /** The file that a summary in Markdown is added to. */
  readonly summary: string | null;
  /** Where events go as they happen, as JSON Lines; `-` is standard output. */
  readonly events: string | null;
  /** Refusals are shown as annotations of GitHub Actions. */
  readonly github: boolean;
}

export const NO_CI: CiOutputs = { sarif: null, summary: null, events: null, github: false };

/** Our own options: only what stands before the installer's or the command's name. */
export interface OwnOptions {
  readonly quiet: boolean;
  readonly strict: boolean;
  /** Where the JSON report goes; `-` is standard output. */
  readonly report: string | null;
  readonly ci: CiOutputs;
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

type Switch = 'quiet' | 'strict' | 'noFetchAhead' | 'github' | 'help' | 'version';
type Valued = 'report' | 'policyFile' | 'jail' | 'sarif' | 'summary' | 'events';

const SWITCHES: ReadonlyMap<string, Switch> = new Map([
  ['-q', 'quiet'],
  ['--quiet', 'quiet'],
  ['--strict', 'strict'],
  ['--no-fetch-ahead', 'noFetchAhead'],
  ['--github', 'github'],
  ['-h', 'help'],
  ['--help', 'help'],
  ['-V', 'version'],
  ['--version', 'version'],
]);

const VALUES: ReadonlyMap<string, Valued> = new Map([
  ['--report', 'report'],
  ['--sarif', 'sarif'],
  ['--summary', 'summary'],
  ['--events', 'events'],
  ['--policy', 'policyFile'],
  ['--jail', 'jail'],
]);

/** Whether it is to stand before the installer's or the command's name. */
export function isOwnOption(name: string): boolean {
  return SWITCHES.has(name) || VALUES.has(name);
}

const JAILS: readonly JailWish[] = ['auto', 'namespace', 'landlock', 'off'];

/** @throws Refusal `WP-USAGE` for an option that is not ours or lacks its value. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const switches: Record<Switch, boolean> = {
    quiet: false,
    strict: false,
    noFetchAhead: false,
    github: false,
    help: false,
    version: false,
  };
  const values: Record<Valued, string | null> = {
    report: null,
    sarif: null,
    summary: null,
    events: null,
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
  const { noFetchAhead, github, ...rest } = switches;
  const { sarif, summary, events, ...others } = values;
  if (others.report === '-' && events === '-') {
    throw new Refusal('WP-USAGE', {
      message: '--report - and --events - would both write to standard output',
    });
  }
  const ci = { sarif, summary, events, github };
  const jail = readJail(values.jail);
  const options = { ...rest, ...others, ci, fetchAhead: !noFetchAhead, jail };
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
