// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot';

const texts = (
  check: v.RegexAction<string, string>,
  { most, description }: { readonly most: number; readonly description: string },
) =>
  v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), check)),
      v.nonEmpty('at least one'),
      v.maxLength(most, `at most ${most}`),
      v.description(description),
    ),
  );

/** An address, or a path from the policy's folder. */
const LOCATION = v.regex(
  /^(?:https?:\/\/|\{url\}|(?![a-z][a-z0-9+.-]*:))[^\s\0]{1,2000}$/u,
  'an https address, "{url}.asc", or a path, in which {project}, {version}, {filename} may stand',
);

/** `[[signer]]`: whose own signatures count for which projects. */
export const signerTable = (projectGlob: v.GenericSchema<string, string>) =>
  v.strictObject({
    project: projectGlob,
    as: v.optional(
      v.pipe(
        v.picklist(['publisher', 'distribution']),
        v.description(
          'What they speak as: the publisher (default), or a distribution that ships the same source.',
        ),
      ),
    ),
    openpgp: texts(
      v.regex(
        /^(?:[0-9a-fA-F]{4} {0,2}){10}(?:(?:[0-9a-fA-F]{4} {0,2}){6})?$/u,
        'a whole fingerprint of 40 or 64 hexadecimal digits (short ids can be forged)',
      ),
      { most: 64, description: 'Fingerprints of OpenPGP keys or subkeys that may sign.' },
    ),
    keyring: texts(v.regex(/^[^\0]{1,1000000}$/u, 'a path, or an armoured OpenPGP key'), {
      most: 64,
      description: 'The OpenPGP keys themselves: armoured text, or files beside this one.',
    }),
    minisign: texts(v.regex(/^RW[A-Za-z0-9+/]{54}$/u, 'a minisign public key, "RW…"'), {
      most: 64,
      description: 'Minisign public keys that may sign checksum documents.',
    }),
    ssh: texts(v.regex(/^[^\n\r\0]{1,4000}$/u, 'one line of an allowed-signers file'), {
      most: 64,
      description: 'SSH keys that may sign checksum documents: lines of an allowed-signers file.',
    }),
    sigstore: texts(
      v.regex(/^[a-z]+:[^\s\0]{1,2000}$/u, 'a publisher such as "github:OWNER/NAME"'),
      {
        most: 64,
        description:
          'Publishers whose Sigstore bundles may sign checksum documents, in one word: "github:OWNER/NAME?workflow=FILE".',
      },
    ),
    'ssh-namespace': v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[^\s\0]{1,100}$/u, 'a namespace such as "file"'),
        v.description('What SSH signatures must say that they are for; "file" where absent.'),
      ),
    ),
    signatures: texts(LOCATION, {
      most: 16,
      description:
        'Where detached signatures of files lie. Without it: beside the file, as the index says.',
    }),
    checksums: texts(LOCATION, {
      most: 16,
      description: 'Where signed checksum documents or Debian source control files lie.',
    }),
    threshold: v.optional(
      v.pipe(
        v.number(),
        v.integer('a whole number'),
        v.minValue(1, 'at least 1'),
        v.maxValue(16, 'at most 16'),
        v.description('How many different keys must have signed; 1 where absent.'),
      ),
    ),
    'accept-ended-keys': v.optional(
      v.pipe(
        v.boolean(),
        v.description(
          'Whether what a key signed while it lived still counts once it has expired or been retired.',
        ),
      ),
    ),
  });
