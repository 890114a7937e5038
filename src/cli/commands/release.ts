// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { ReleaseContext, ReleaseOptions } from '../release-work.ts';

/** `wheelproof release`: for those who publish. */
export function registerReleaseCommand(program: Command, open: () => ReleaseContext): void {
  program
    .command('release')
    .description('for maintainers: sign what you publish')
    .command('sign <files...>')
    .description('write and sign the list of a release, and say what your users’ policies need')
    .option('-o, --out <file>', 'where the list is written', 'SHA256SUMS')
    .option('--ssh <key>', 'sign with SSH: agent:NAME (comment or fingerprint) or file:PATH')
    .option('--principal <name>', 'who signs, as allowed-signers files name him', 'release')
    .option('--gpg <key>', 'sign with OpenPGP, through gpg')
    .option('--minisign <file>', 'sign with this secret key, through minisign')
    .option('--at <place>', 'where the list will lie; {version} may stand in it')
    .action(async (files: readonly string[], options: ReleaseOptions) => {
      const { signRelease } = await import('../release-work.ts');
      await signRelease(open(), files, options);
    });
}
