// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';

export interface TableWord {
  readonly word: string;
  readonly about: string;
}

/** One command as a shell completes it. */
export interface TableEntry {
  /** `trust list`; empty for the program itself. */
  readonly chain: string;
  /** What may follow: its commands, or what its argument is chosen from. */
  readonly words: readonly TableWord[];
  readonly options: readonly TableWord[];
  /** Options that take the word after them. */
  readonly valued: readonly string[];
}

/** Every command with what may stand behind it, from the same description as `--help`. */
export function commandTable(
  program: Command,
  installers: readonly TableWord[],
): readonly TableEntry[] {
  const [own, ...rest] = entriesOf(program, '');
  if (own === undefined) return [];
  const help = { chain: 'help', words: own.words, options: [], valued: [] };
  return [{ ...own, words: [...own.words, ...installers] }, help, ...rest];
}

function entriesOf(command: Command, chain: string): readonly TableEntry[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const options = help.visibleOptions(command);
  const entry = {
    chain,
    words: [
      ...commands.map((one) => ({ word: one.name(), about: oneLine(one.description()) })),
      ...choices.map((word) => ({ word, about: '' })),
    ],
    options: options.flatMap(({ long, short, description }) =>
      [long, short].flatMap((word) =>
        typeof word === 'string' ? [{ word, about: oneLine(description) }] : [],
      ),
    ),
    valued: options
      .filter(({ required, optional }) => required || optional)
      .flatMap(({ long, short }) => [long, short].filter((word) => typeof word === 'string')),
  };
  const below = commands.filter((one) => one.name() !== 'help');
  return [entry, ...below.flatMap((one) => entriesOf(one, `${chain} ${one.name()}`.trim()))];
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
