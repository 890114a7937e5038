// SPDX-License-Identifier: Apache-2.0

/** Keys of which a server must show one, as one table of the policy says. */
export interface KeyPins {
  /** `sha256:BASE64` over a SubjectPublicKeyInfo (RFC 7469 2.4), of any certificate in the chain. */
  readonly primary: readonly string[];
  /** As good, and told in a note: the server has moved on to its next key. */
  readonly backup: readonly string[];
  /** The date by which `primary` was to be renewed has passed, and the policy is strict. */
  readonly expired: boolean;
  /** `wheelproof.toml [[index]] 1` */
  readonly source: string;
}
