// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { LockContext } from '../lock-context.ts';

/** `wheelproof lock`: what requirement and lock files say, and one lock file that pip and uv read. */
export function registerLockCommand(program: Command, open: () => Promise<LockContext>): void {
  const lock = program
    .command('lock')
    .description('look into requirement and lock files of every tool');
  lock
    .command('list <file>')
    .description('the releases that a requirement or lock file names, with their hashes')
    .option('--json', 'print [{name, version, hashes, files}]')
    .addHelpText('after', LIST_HELP)
    .action(async (file: string, options: { readonly json?: true }) => {
      const { listLock } = await import('../lock-list.ts');
      await listLock(await open(), file, options);
    });
}

const LIST_HELP = `
By its name a file is: pylock.toml or pylock.NAME.toml (PEP 751), poetry.lock, Pipfile.lock,
uv.lock or SCRIPT.py.lock, pdm.lock, conda-lock.yml (its pip part), environment.yml (its pip
part); otherwise a requirement file of pip or pip-tools, with all that it draws in.
`;
