// SPDX-License-Identifier: Apache-2.0
import { Option, type Command } from 'commander';
import type { PinsContext, PinsOptions } from '../pins-work.ts';

const several = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** `wheelproof pins`: hashes got out of band, without retyping. */
export function registerPinsCommand(program: Command, open: () => Promise<PinsContext>): void {
  const pins = program.command('pins').description('hashes for requirement and lock files');
  pins
    .command('from-document <document>')
    .description('check a signed list of checksums, and write its hashes as pins')
    .option(
      '--project <name>',
      'only of this project, and by the keys that the policy names for it',
    )
    .option('--for <project==version>', 'which release a Debian source control file is of')
    .option(
      '--keyring <file>',
      'OpenPGP keyring, minisign key or allowed-signers file; repeatable',
      several,
    )
    .option(
      '--signer <who>',
      'whose OpenPGP key (fingerprint) or Sigstore identity must have signed; repeatable',
      several,
    )
    .addOption(
      new Option('--format <form>', 'what to write')
        .choices(['requirements', 'pylock'])
        .default('requirements'),
    )
    .action(async (document: string, options: PinsOptions) => {
      const { pinsFromDocument } = await import('../pins-work.ts');
      await pinsFromDocument(await open(), document, options);
    });
}
