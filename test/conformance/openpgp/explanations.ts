// SPDX-License-Identifier: Apache-2.0
import type { Vector } from './interoperability.ts';

/** Each refusal of a good signature has a reason here, or the run is red. */
const REFUSED: readonly { readonly said: RegExp; readonly why: string }[] = [
  {
    said: /dsa keys are considered too weak/u,
    why: 'DSA is refused as weak, on purpose (WP-SIGNATURE-WEAK)',
  },
  {
    said: /Primary key is revoked|Subkey is revoked/u,
    why: 'What was revoked, if only as superseded or retired, is not taken back by a later self-signature: an attacker who got hold of the key could do the same (WP-KEY-REVOKED)',
  },
  {
    said: /None of the key flags is set/u,
    why: 'A key that does not say that it is for signing does not sign: OpenPGP.js wants key flags (WP-KEY-USAGE)',
  },
  {
    said: /Could not find signing key with key ID/u,
    why: 'The signature names several issuers; OpenPGP.js believes the last, and that key is nobody’s (WP-SIGNER-UNKNOWN)',
  },
  {
    said: /Signature was not issued by the given public key/u,
    why: 'The subkey’s binding or cross-signature names no issuer, several, or another; OpenPGP.js wants the one (WP-KEY-USAGE)',
  },
  {
    said: /No cleartext signed message/u,
    why: 'A whole signed message, which brings its own bytes along: only detached signatures and clear-signed texts are ever read (WP-SIGNATURE-MALFORMED)',
  },
  {
    said: /Mandatory blank line missing/u,
    why: 'The armour’s blank line holds other white space than blanks, tabs and carriage returns (WP-SIGNATURE-MALFORMED)',
  },
];

/** What sqop refuses and we take, where the suite itself expects neither. */
const ACCEPTED: readonly { readonly test: RegExp; readonly why: string }[] = [
  {
    test: /Mangled ASCII Armored Signatures/u,
    why: 'Armour decides only where the bytes begin; what it yields is the signature, and holds',
  },
  {
    test: /Concatenated ASCII Armor Signatures/u,
    why: 'Each of several armours is read, and all signatures count; sqop reads the first',
  },
  {
    test: /^Trust Packet/u,
    why: 'A trust packet beside a signature belongs to somebody’s own keyring and says nothing: it is skipped (RFC 9580, section 5.10)',
  },
  {
    test: /EdDSA signature encodings/u,
    why: 'The same signature with a leading zero: nothing else can be signed with it',
  },
];

export function explainRefused({ said }: Vector): string | null {
  return REFUSED.find((one) => one.said.test(said))?.why ?? null;
}

export function explainAccepted({ test }: Vector): string | null {
  return ACCEPTED.find((one) => one.test.test(test))?.why ?? null;
}
