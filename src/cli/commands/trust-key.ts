// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { Json, TrustIo } from '../trust-context.ts';
import type { AddOptions, KeyContext, RotateOptions } from '../trust-key-work.ts';

const several = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** `wheelproof trust key …`: whose own signatures count, beside the tables of the policy. */
export function registerTrustKeyCommand(
  program: Command,
  open: () => Promise<KeyContext>,
  io: Pick<TrustIo, 'out'> & { err?(text: string): void },
): void {
  const key = program.commands
    .find((command) => command.name() === 'trust')
    ?.command('key')
    .description("add, show, rotate and revoke maintainers' keys");
  if (key === undefined) throw new Error('`trust` is registered first');
  const json = ['--json', 'print JSON'] as const;
  const work = async () => await import('../trust-key-work.ts');
  key
    .command('add <name> <file>')
    .description(
      'let the keys of a keyring, minisign key or allowed-signers file speak for projects',
    )
    .requiredOption('--project <glob>', 'for which projects')
    .requiredOption('--reason <text>', 'why: where its fingerprint was compared')
    .option('--fingerprint <digits>', 'which certificates of the keyring; repeatable', several)
    .option('--signatures <place>', 'where signatures lie ("{url}.asc"); repeatable', several)
    .option('--checksums <place>', 'where signed checksum documents lie; repeatable', several)
    .option('--as <role>', 'publisher (default) or distribution')
    .option('--threshold <n>', 'how many different keys must have signed', '1')
    .option(...json)
    .action(async (name: string, file: string, options: AddOptions) =>
      (await work()).addKey(await open(), io, [name, file], options),
    );
  key
    .command('list')
    .description('list the keys that are held')
    .option('--project <glob>', 'only those for this glob')
    .option(...json)
    .action(async (options: Json & { readonly project?: string }) =>
      (await work()).showKeys(await open(), io, null, options),
    );
  key
    .command('show <name>')
    .description('show one of them')
    .option(...json)
    .action(async (name: string, options: Json) =>
      (await work()).showKeys(await open(), io, name, options),
    );
  key
    .command('rotate <name>')
    .description('put another key in its place, by a statement signed with the old one')
    .requiredOption('--to <file>', 'the new key')
    .option(
      '--statement <file>',
      'the signed statement; without it, what is to be signed is printed',
    )
    .option('--keep', 'let the old key speak beside the new one')
    .option('--reason <text>', 'why')
    .option(...json)
    .action(async (name: string, options: RotateOptions) =>
      (await work()).rotateKey(await open(), io, name, options),
    );
  key
    .command('revoke <name>')
    .description('let nothing that these keys sign or signed count any more, in any table')
    .requiredOption('--reason <text>', 'why')
    .option(...json)
    .action(async (name: string, options: Json & { readonly reason: string }) =>
      (await work()).revokeKey(await open(), io, name, options),
    );
}
