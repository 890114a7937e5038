// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { VerifyContext, VerifyOptions } from '../verify-context.ts';

const several = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** `wheelproof verify`: who vouches for a file that lies here, or for what a lock file names? */
export function registerVerifyCommand(
  program: Command,
  open: () => Promise<VerifyContext>,
  ended: (exit: number) => void,
): void {
  program
    .command('verify <file|sha256:hex>')
    .description(
      'judge a file on disk, or all that a lock file names: who vouches for these bytes?',
    )
    .option('--provenance <file>', 'a provenance object of it (PEP 740); repeatable', several)
    .option('--attestation <file>', 'an attestation of it alone; repeatable', several)
    .option('--identity <kind:…>', 'who may release it (below); repeatable', several)
    .option('--trusted-root <file>', 'a Sigstore trusted_root.json to verify under, instead of any')
    .option('--signature <file>', 'a detached OpenPGP signature of it; repeatable', several)
    .option('--checksums <file>', 'a signed checksum document that names it; repeatable', several)
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
    .option(
      '-r, --requirement <file>',
      'a requirement or lock file that pins it; repeatable',
      several,
    )
    .option('--name <filename>', 'what it was released as, where it has another name here')
    .option('--index <url>', 'where it comes from (default: where it is remembered from)')
    .option('--offline', 'ask no index')
    .option('--refresh', 'of a lock file: ask the indexes, whatever is remembered')
    .option('--json', 'print the JSON report')
    .addHelpText('after', HELP)
    .action(async (word: string, options: VerifyOptions) => {
      const { verifyWord } = await import('../verify-work.ts');
      ended(await verifyWord(await open(), word, options));
    });
}

const HELP = `
Looked at: the archive itself; this machine's memory and approvals; pins in the files
that -r names; the publisher's attestations: the given ones, otherwise those beside the file
(FILE.provenance, FILE.publish.attestation, FILE.slsa.attestation, FILE.attestation),
otherwise those that its index names; maintainers' signatures: the given ones, otherwise
FILE.asc, otherwise where [[signer]] tables of the policy look. The policy decides, as in
an install, but a file that nobody vouches for is never accepted: to be remembered alone is
not enough.

--identity names a publisher with the fields that his certificate must show, as a
[[project.publisher]] table of the policy does, and goes before it:
  github:OWNER/NAME?workflow=FILE   gitlab:GROUP/NAME?workflow=FILE   google:EMAIL
  email:EMAIL?issuer=URL   circleci:PROJECT-ID?pipeline-definition-id=ID

A requirement or lock file (\`wheelproof lock list --help\` names them) is judged entry by entry,
by the digests that it states; nothing is downloaded. What this machine remembers of files, pages
and publishers is asked first, and an index only for what it does not know. That the lock states
a digest vouches for nothing here: the question is whether somebody else does.

Exit code: 0 only if somebody vouches and nothing failed; 10 the evidence contradicts the
bytes; 11 nobody vouches; 12 it is valid and by or for the wrong one; 20 what is needed
could not be reached; others as docs/errors lists them.
`;
