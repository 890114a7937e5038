// SPDX-License-Identifier: Apache-2.0
import { entry, type CodeEntry } from './code-entry.ts';

/** The codes of maintainers' own signatures (OpenPGP, SSH, minisign): part of `CODES`. */
export const SIGNATURE_CODES = {
  'WP-SIGNATURE-MALFORMED': entry(
    'E-BYTES',
    'A signature cannot be read without guessing, or is not of the kind that is due here.',
    'A whole signed message where a detached signature belongs brings its own bytes along, and vouches for those.',
    'Report the file to the project; do not install it.',
  ),
  'WP-SIGNATURE-BAD': entry(
    'E-BYTES',
    'A signature by a known key is wrong for these bytes.',
    'The file or the document was changed after it was signed.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-SIGNATURE-WEAK': entry(
    'E-BYTES',
    'A signature rests on SHA-1, DSA, or a key that can be broken.',
    'Who has the means can make such a signature without the key.',
    'Ask the project to sign the release anew with a current key.',
  ),
  'WP-SIGNATURE-EXPIRED': entry(
    'E-FRESH',
    'A signature says itself that it has ended.',
    'Whoever made it did not want it to be believed any longer.',
    'Ask the project for a current signature.',
  ),
  'WP-SIGNATURE-FUTURE': entry(
    'E-FRESH',
    'A signature says that it was made in the future.',
    'Either a clock is wrong, or the signature is meant to outlive its key.',
    'Check this machine’s clock; otherwise report the signature to the project.',
  ),
  'WP-SIGNATURE-LIMIT': entry(
    'E-LIMIT',
    'A signature, key or checksum document is larger than any real one.',
    'Reading it would keep this machine busy for nothing.',
    'Report the file to the project.',
  ),
  'WP-SIGNER-UNKNOWN': entry(
    'E-IDENTITY',
    'Nobody who may speak for this project has signed.',
    'A good signature by somebody else says nothing: any key can sign any file.',
    'Compare the fingerprint with the one that the project publishes; only if they are equal, name it in a [[signer]] table of the policy.',
  ),
  'WP-KEY-EXPIRED': entry(
    'E-IDENTITY',
    'The key that signed has expired.',
    'Its owner no longer watches over it; what it signs or signed can be backdated by whoever finds it.',
    'Get the project’s current key; to believe what it signed while it lived: accept-ended-keys = true in the [[signer]] table.',
  ),
  'WP-KEY-REVOKED': entry(
    'E-IDENTITY',
    'The key that signed was revoked.',
    'Its owner says that it is not to be believed.',
    'Get the project’s current key from the project itself.',
  ),
  'WP-KEY-NOT-YET-VALID': entry(
    'E-IDENTITY',
    'The key that signed is newer than the signature.',
    'A key cannot sign before it exists.',
    'Report the signature to the project.',
  ),
  'WP-KEY-LIFE': entry(
    'E-IDENTITY',
    'The signature was made outside the life of its key.',
    'At that time the key said of itself that it was not to be used.',
    'Get the project’s current key: a newer copy may say that it lives longer.',
  ),
  'WP-KEY-USAGE': entry(
    'E-IDENTITY',
    'The key that signed is not meant for signing, or did not confirm that it belongs to its owner.',
    'A subkey without cross-signature can be claimed by anybody.',
    'Ask the project for a key that says it may sign.',
  ),
  'WP-CHECKSUM-MISMATCH': entry(
    'E-BYTES',
    'A signed checksum document names other bytes under this file name.',
    'The project’s own list says which bytes it released; these are others.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-CHECKSUM-AMBIGUOUS': entry(
    'E-BYTES',
    'A signed checksum document can be read in two ways.',
    'Two programs that read it differently would believe different things of one file.',
    'Report the document to the project.',
  ),
  'WP-SIGNING-KEY': entry(
    'E-STATE',
    'The key with which you wanted to sign cannot be used.',
    'An approval or a list of a release is your word, and is signed with your key or not at all.',
    'See which keys there are: `ssh-add -l` (agent:NAME takes a comment or fingerprint of an Ed25519 key), or name a key file, file:PATH.',
  ),
  'WP-SIGNER-KEYS': entry(
    'E-STATE',
    'A keyring that the policy names cannot be used.',
    'Without the keys, no signature can be checked; so none is believed.',
    'Export the keys anew: gpg --export --armor FINGERPRINT.',
  ),
} as const satisfies Record<`WP-${string}`, CodeEntry>;
