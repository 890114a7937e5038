// SPDX-License-Identifier: Apache-2.0
import { Option, type Command } from 'commander';
import type { WriteContext } from '../lock-write.ts';
import type { PinFileOptions } from '../pins-file.ts';
import type { PinsContext, PinsOptions } from '../pins-work.ts';

const several = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** `wheelproof pins`: hashes got out of band, without retyping. */
export function registerPinsCommand(
  program: Command,
  open: () => Promise<WriteContext & PinsContext>,
): void {
  const pins = program
    .command('pins')
    .description('hashes for requirement and lock files')
    .argument('[file]', 'a requirement file that names releases (name==version)')
    .option('-o, --output <file>', 'where to write it with its hashes (default: standard output)')
    .option('--index <url>', 'where releases come from whose file does not say')
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: PinFileOptions) => {
      if (file === undefined) {
        pins.help({ error: true });
        return;
      }
      const { pinFile } = await import('../pins-file.ts');
      await pinFile(await open(), file, options);
    });
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

const HELP = `
Each line of FILE that names a release without hashes gets those of all its files, as its index
lists them and nobody contradicts; every other line stays as it is. The indexes are asked for
pages and attestations; no file is downloaded.
`;
