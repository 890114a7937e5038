// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { ClientOptions } from '../tuf-client.ts';
import { developerKey, registerTufClaimCommands } from './tuf-claims.ts';
import { registerTufCeremonyCommand } from './tuf-ceremony.ts';
import type { InitOptions, Json, RebinOptions, RotateOptions, TufContext } from '../tuf-work.ts';

const json = ['--json', 'print JSON'] as const;
const rootKey = [
  '--root-key <key>',
  'a holder of the root: file:PATH, agent:NAME or pkcs11:…; once for each',
  (key: string, before: readonly string[] = []) => [...before, key],
] as const;

/** `wheelproof tuf …`: a signed repository as a folder of static files, and its client. */
export function registerTufCommand(program: Command, open: () => TufContext): void {
  const tuf = program
    .command('tuf')
    .description('sign a folder of packages as a TUF repository, check it, fetch from one');
  const work = async () => await import('../tuf-work.ts');
  tuf
    .command('key <file>')
    .description('make a signing key in an encrypted file, or in a token (pkcs11:…)')
    .option(...json)
    .action(async (file: string, options: Json) => (await work()).makeKey(open(), file, options));
  tuf
    .command('init <folder>')
    .description('make a new repository')
    .requiredOption(...rootKey)
    .requiredOption('--online-key <key>', 'the key that signs each upload')
    .option('--threshold <n>', 'how many holders must sign the root', '1')
    .option('--bits <n>', '2^n bins: 8 up to 50,000 files, 10 up to 500,000, else 12', '8')
    .option('--profile <name>', 'server, laptop or airgap: how soon signatures expire', 'server')
    .option(...json)
    .action(async (root: string, options: InitOptions) =>
      (await work()).init(open(), root, options),
    );
  tuf
    .command('add <folder> <files...>')
    .description('lay files into the repository, to be signed by publish')
    .option('--as <path>', 'the path of the one file (default: packages/PROJECT/FILENAME)')
    .option(...json)
    .action(async (root: string, files: string[], options: Json & { as?: string }) =>
      (await work()).add(open(), root, files, options),
    );
  tuf
    .command('remove <folder> <paths...>')
    .description('take targets out, with the next publish')
    .option(...json)
    .action(async (root: string, paths: string[], options: Json) =>
      (await work()).remove(open(), root, paths, options),
    );
  tuf
    .command('publish <folder>')
    .description('sign what was added and removed')
    .option(...developerKey)
    .option(...json)
    .action(async (root: string, options: Json & { developerKey?: string[] }) =>
      (await work()).publish(open(), root, options),
    );
  tuf
    .command('renew <folder>')
    .description('sign anew what is past half of its time; with root keys, the offline roles')
    .option(...rootKey)
    .option(...developerKey)
    .option(...json)
    .action(async (root: string, options: Json & { rootKey?: string[]; developerKey?: string[] }) =>
      (await work()).renew(open(), root, options),
    );
  tuf
    .command('rotate <folder>')
    .description('replace the online key')
    .requiredOption(...rootKey)
    .requiredOption('--online-key <key>', 'the new one')
    .option('--lost', 'the old one cannot sign any more')
    .option(...json)
    .action(async (root: string, options: RotateOptions) =>
      (await work()).rotate(open(), root, options),
    );
  tuf
    .command('rebin <folder>')
    .description('spread the targets over another number of bins')
    .requiredOption(...rootKey)
    .requiredOption('--bits <n>', '2^n bins')
    .option('--online-key <key>', 'another online key with it')
    .option('--lost', 'the old one does not sign: the old bins are no longer named')
    .option(...json)
    .action(async (root: string, options: RebinOptions) =>
      (await work()).changeBins(open(), root, options),
    );
  registerTufCeremonyCommand(tuf, open);
  registerTufClaimCommands(tuf, open);
  const look = async () => await import('../tuf-look.ts');
  tuf
    .command('status <folder>')
    .description('say who signs, what waits and what expires when')
    .option(...json)
    .action(async (root: string, options: Json) => (await look()).status(open(), root, options));
  tuf
    .command('verify <folder>')
    .description('check everything that is served, as a client that asks for all of it')
    .option('--root <file>', 'the root to begin with (default: the first that is served)')
    .option(...json)
    .action(async (root: string, options: Json & { root?: string }) =>
      (await look()).verify(open(), root, options),
    );
  tuf
    .command('compare <folder> <before>')
    .description('say which targets differ from those of another copy')
    .option(...json)
    .action(async (root: string, before: string, options: Json) =>
      (await look()).compare(open(), root, before, options),
    );
  tuf
    .command('client <source> [paths...]')
    .description('bring what is trusted up to date, and fetch targets; a folder or a URL')
    .requiredOption('--state <folder>', 'where what is trusted is kept')
    .option('--root <file>', 'the root to trust first, got out of band')
    .option('--out <folder>', 'where targets go', '.')
    .option(...json)
    .action(async (source: string, paths: string[], options: ClientOptions) => {
      const { fetchTargets } = await import('../tuf-client.ts');
      await fetchTargets(open(), source, paths, options);
    });
}
