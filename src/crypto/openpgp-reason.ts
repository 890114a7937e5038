// SPDX-License-Identifier: Apache-2.0
import type { Code } from '../core/codes.ts';

/*
 * OpenPGP.js says why in words alone. Each of its sentences that can come out of a verification, in
 * the order in which they are looked for; what is none of them is a signature of a form that cannot
 * be judged. A test holds the sentences to the installed version.
 */

/** Of the signature itself. */
const OF_SIGNATURE: readonly (readonly [RegExp, Code])[] = [
  [/^Could not find signing key with key ID/u, 'WP-SIGNER-UNKNOWN'],
  [/^Two keys have the id/u, 'WP-SIGNER-UNKNOWN'],
  [/^Signed digest did not match|^Signature verification failed/u, 'WP-SIGNATURE-BAD'],
  [/^Insecure (?:message )?hash algorithm|Hash algorithm too weak/u, 'WP-SIGNATURE-WEAK'],
  [/^Signature creation time is in the future/u, 'WP-SIGNATURE-FUTURE'],
  [/^Signature is expired/u, 'WP-SIGNATURE-EXPIRED'],
  [/^Key is newer than the signature/u, 'WP-KEY-NOT-YET-VALID'],
];

/** Of the key, at the time at which it was looked at. */
const OF_KEY: readonly (readonly [RegExp, Code])[] = [
  [/revoked/u, 'WP-KEY-REVOKED'],
  [/considered too weak|is disabled|Insecure hash algorithm/u, 'WP-SIGNATURE-WEAK'],
  [/(?:Primary key|Subkey) is expired|Signature is expired/u, 'WP-KEY-LIFE'],
  [/creation time is in the future/u, 'WP-KEY-LIFE'],
  [/Missing embedded signature|key binding|key flags/u, 'WP-KEY-USAGE'],
  [/^Could not find valid signing key packet/u, 'WP-KEY-USAGE'],
  [/^Could not find (?:valid self-signature|primary user)|self-/u, 'WP-KEY-USAGE'],
];

export function codeOfReason(reason: string): Code {
  const found = [...OF_SIGNATURE, ...OF_KEY].find(([words]) => words.test(reason));
  return found?.[1] ?? 'WP-SIGNATURE-MALFORMED';
}

/** How a key that was right when it signed has ended since. */
export function endOfReason(reason: string): 'expired' | 'revoked' {
  return /revoked/u.test(reason) ? 'revoked' : 'expired';
}
