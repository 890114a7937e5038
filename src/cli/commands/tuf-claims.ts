// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { ClaimOptions } from '../tuf-claims.ts';
import type { TufContext } from '../tuf-work.ts';

const json = ['--json', 'print JSON'] as const;
const collect = (key: string, before: readonly string[] = []) => [...before, key];
const rootKey = [
  '--root-key <key>',
  'a holder of the root: file:PATH or agent:NAME; once for each',
  collect,
] as const;

/** Of commands that sign files of claimed projects. */
export const developerKey = [
  '--developer-key <key>',
  'a developer of a claimed project; once for each',
  collect,
] as const;

/** `wheelproof tuf claim`, `wheelproof tuf identities`: what the holders say of projects (PEP 480). */
export function registerTufClaimCommands(tuf: Command, open: () => TufContext): void {
  const work = async () => await import('../tuf-claims.ts');
  tuf
    .command('claim <folder> <project>')
    .description('leave a project to its developers: only what they sign is its file')
    .requiredOption(...developerKey)
    .option('--developer-threshold <n>', 'how many of them must sign', '1')
    .requiredOption(...rootKey)
    .option(...json)
    .action(async (root: string, project: string, options: ClaimOptions) =>
      (await work()).claim(open(), root, project, options),
    );
  tuf
    .command('identities <folder> <file>')
    .description('say whose attestations each project needs')
    .requiredOption(...rootKey)
    .option(...json)
    .action(async (root: string, file: string, options: ClaimOptions) =>
      (await work()).identities(open(), root, file, options),
    );
}
