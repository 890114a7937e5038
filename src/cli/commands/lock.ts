// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { LockOptions, WriteContext } from '../lock-write.ts';

const several = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** `wheelproof lock`: what requirement and lock files say, and one lock file that pip and uv read. */
export function registerLockCommand(program: Command, open: () => Promise<WriteContext>): void {
  const lock = program
    .command('lock')
    .description('write pylock.toml from any requirement or lock file, or look into one')
    .argument('[file]', 'the requirement or lock file to write it from')
    .option('-o, --output <file>', 'where to (default: pylock.toml; - is standard output)')
    .option('--index <url>', 'where releases come from whose file does not say')
    .option('--group <name>', 'a group or extra beside the main one; repeatable', several)
    .option('--all-groups', 'every group and extra')
    .addHelpText('after', WRITE_HELP)
    .action(async (file: string | undefined, options: LockOptions) => {
      if (file === undefined) {
        lock.help({ error: true });
        return;
      }
      const { writeLock } = await import('../lock-write.ts');
      await writeLock(await open(), file, options);
    });
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

const WRITE_HELP = `
Writes what pip (\`pip install -r pylock.toml\`, since 26.1) and uv (\`uv pip sync pylock.toml\`)
install from unchanged: each release with its files, sha256, sizes, upload times, and who was
proved to have attested them. Versions are those of the file; where it states digests, only files
that have them. The indexes are asked for pages and attestations; no file is downloaded. What
somebody's word is against is refused; that nobody vouches is not (\`wheelproof verify\` tells).
`;

const LIST_HELP = `
By its name a file is: pylock.toml or pylock.NAME.toml (PEP 751), poetry.lock, Pipfile.lock,
uv.lock or SCRIPT.py.lock, pdm.lock, conda-lock.yml (its pip part), environment.yml (its pip
part); otherwise a requirement file of pip or pip-tools, with all that it draws in.
`;
