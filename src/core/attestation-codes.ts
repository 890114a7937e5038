// SPDX-License-Identifier: Apache-2.0
import { entry, type CodeEntry } from './code-entry.ts';
import { PUBLISHER_CODES } from './publisher-codes.ts';

/** The codes of publishers' evidence: part of `CODES`. */
export const ATTESTATION_CODES = {
  'WP-ATTESTATION-MALFORMED': entry(
    'E-BYTES',
    'The attestation cannot be read without guessing.',
    'Two programs that guess differently would believe different things of one file.',
    'Report the file to the project and the index operator.',
  ),
  'WP-ATTESTATION-SIGNATURE': entry(
    'E-BYTES',
    'A signature in the attestation is wrong.',
    'The attestation was changed after it was signed, or belongs to something else.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-ATTESTATION-CERTIFICATE': entry(
    'E-BYTES',
    'The certificate behind the attestation does not hold.',
    'Without a certificate that holds, nobody knows who signed.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-ATTESTATION-LOG': entry(
    'E-BYTES',
    'The attestation is not proved to be in a public log.',
    'A signature that nobody can see can be made in secret with a stolen identity.',
    'Ask the project to sign the release anew with current tools.',
  ),
  'WP-ATTESTATION-TIME': entry(
    'E-BYTES',
    'It is not proved that the attestation was signed while its certificate was valid.',
    'Signing certificates live for minutes; outside of them, anybody may hold the key.',
    'Do not install the file; ask the project to sign the release anew.',
  ),
  'WP-ATTESTATION-DIGEST': entry(
    'E-BYTES',
    'The attestation is about other bytes.',
    'The publisher vouched for a file, but not for this one.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-ATTESTATION-AUTHORITY': entry(
    'E-IDENTITY',
    'The attestation was signed under an authority that the trusted root does not hold.',
    'Test instances and private ones certify whatever they like.',
    'If it is your own Sigstore deployment, import its trusted root.',
  ),
  'WP-ATTESTATION-SUBJECT': entry(
    'E-IDENTITY',
    'The attestation is about another file.',
    'A true word about one file says nothing about another.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-ATTESTATION-PUBLISHER': entry(
    'E-IDENTITY',
    'The index names another publisher than the certificate.',
    'What the index says beside an attestation is not signed; only the certificate tells who signed.',
    'Do not install the file; report it to the project and the index operator.',
  ),
  'WP-ATTESTATION-LIMIT': entry(
    'E-LIMIT',
    'The index hands out more or larger attestations than any file has.',
    'Verifying them all would keep this machine busy for nothing.',
    'Report the file to the index operator.',
  ),
  'WP-TRUSTED-ROOT': entry(
    'E-STATE',
    'The trusted root cannot be used.',
    'Without it, no attestation can be verified; so none is believed.',
    'Import it anew from a source that you trust.',
  ),
  'WP-TRUSTED-ROOT-PIN': entry(
    'E-SOURCE',
    'The trusted root is not the one that was pinned.',
    'Whoever pinned it wants to look at every change before it counts.',
    "Look at what changed; then `wheelproof trust root pin NAME --off --reason 'why'` and update again.",
  ),
  'WP-TRUSTED-ROOT-OLD': entry(
    'E-FRESH',
    'The trusted root is too old to be relied on under --strict.',
    'Keys that were taken back since then would still count.',
    'Bring it up to date with `wheelproof trust root update`.',
  ),
  ...PUBLISHER_CODES,
} as const satisfies Record<`WP-${string}`, CodeEntry>;
