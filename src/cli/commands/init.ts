// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { InitContext } from '../init-work.ts';

/** `wheelproof init`: a policy to start with. */
export function registerInitCommand(program: Command, open: () => InitContext): void {
  program
    .command('init')
    .description('write a policy to start with, from the files of this folder')
    .option('--print', 'print it and write nothing')
    .addHelpText('after', HELP)
    .action(async (options: { readonly print?: true }) => {
      const { writeStartingPolicy } = await import('../init-work.ts');
      await writeStartingPolicy(open(), options);
    });
}

const HELP = `
Looked at: lock and requirement files (whether they state hashes, which indexes they name), and
the settings of uv, Poetry, PDM and Pipenv in pyproject.toml, uv.toml and Pipfile (indexes, and
which projects come from which). Nothing is started, and no index is asked. A policy that is
there is never overwritten.
`;
