// SPDX-License-Identifier: Apache-2.0
import { Refusal } from '../core/errors.ts';

/** Our own options: only what stands before the installer's or the command's name. */
export interface OwnOptions {
  readonly quiet: boolean;
  readonly strict: boolean;
  /** Where the JSON report goes; `-` is standard output. */
  readonly report: string | null;
  readonly policyFile: string | null;
  readonly help: boolean;
  readonly version: boolean;
}

export interface CommandLine {
  readonly options: OwnOptions;
  /** What follows: a command of ours, or an installer and its own arguments, untouched. */
  readonly words: readonly string[];
}

const SWITCHES = {
  '-q': 'quiet',
  '--quiet': 'quiet',
  '--strict': 'strict',
  '-h': 'help',
  '--help': 'help',
  '-V': 'version',
  '--version': 'version',
} as const;

const VALUES = { '--report': 'report', '--policy': 'policyFile' } as const;

/** @throws Refusal `WP-USAGE` for an option that is not ours or lacks its value. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const options: Record<string, string | boolean | null> = {
    quiet: false,
    strict: false,
    report: null,
    policyFile: null,
    help: false,
    version: false,
  };
  let position = 0;
  for (; position < argv.length; position++) {
    const word = argv[position] ?? '';
    if (!word.startsWith('-')) break;
    const [name = word, inline] = splitInline(word);
    if (Object.hasOwn(SWITCHES, word)) {
      options[SWITCHES[word as keyof typeof SWITCHES]] = true;
    } else if (Object.hasOwn(VALUES, name)) {
      const value = inline ?? argv[++position];
      if (value === undefined || value === '') {
        throw new Refusal('WP-USAGE', { message: `${name} needs a file name` });
      }
      options[VALUES[name as keyof typeof VALUES]] = value;
    } else {
      throw new Refusal('WP-USAGE', { message: `unknown option ${word}` });
    }
  }
  return { options: options as unknown as OwnOptions, words: argv.slice(position) };
}

function splitInline(word: string): readonly [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}
