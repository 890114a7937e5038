// SPDX-License-Identifier: Apache-2.0
import { Argument, type Command } from 'commander';
import type { TableWord } from '../command-table.ts';
import type { Shell } from '../completion.ts';

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** `wheelproof completion`: what a shell completes behind our name. */
export function registerCompletionCommand(
  program: Command,
  installers: readonly TableWord[],
  io: { out(text: string): void },
): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion.ts');
      const { commandTable } = await import('../command-table.ts');
      io.out(completionScript(shell, commandTable(program, installers)));
    });
}

const HELP = `
Put it where the shell looks for such scripts:
  bash  wheelproof completion bash >~/.local/share/bash-completion/completions/wheelproof
  zsh   wheelproof completion zsh >~/.zfunc/_wheelproof   (with ~/.zfunc in fpath, before compinit)
  fish  wheelproof completion fish >~/.config/fish/completions/wheelproof.fish

Behind an installer's name, its own completion takes over.
`;
