// SPDX-License-Identifier: Apache-2.0

/** The trusted root that counts where no policy says otherwise. */
export const PUBLIC_GOOD = 'public-good';

/** A Sigstore `trusted_root.json` under the name that policies know it by. */
export interface NamedRoot {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** When its source last said that it is current: milliseconds since 1970. */
  readonly checkedAt: number;
}

/** What decides which trusted roots a file's attestations are verified against. */
export interface RootSubject {
  /** Normalised. */
  readonly project: string;
  readonly index: string;
}

/**
 * The trusted roots that may vouch for a file, at least one.
 * @throws Refusal `WP-TRUSTED-ROOT` where a policy names one that is not held, or one is damaged.
 */
export type TrustedRoots = (subject: RootSubject) => Promise<readonly NamedRoot[]>;

/** How old what stands behind signatures is. */
export interface RootAge {
  readonly name: string;
  readonly id: string;
  /** ISO 8601: when its source last said that it is current. */
  readonly checked: string;
  readonly age_days: number;
}

/** Who said that these bytes are a trusted root. */
export interface RootOrigin {
  /** `package`: wheelproof's own; `file`: a person; `tuf`: a signed repository. */
  readonly kind: 'package' | 'file' | 'tuf';
  /** The file, folder or address. */
  readonly from: string;
  /** Of the repository's `targets` metadata. */
  readonly version: number | null;
}

export interface RootPin {
  /** The one id (`TrustedRoot.id`) that may be used under this name. */
  readonly id: string;
  readonly reason: string;
  readonly owner: string;
  readonly at: number;
}

/** A trusted root as it is kept. */
export interface HeldRoot extends NamedRoot {
  readonly id: string;
  readonly origin: RootOrigin;
  /** When these very bytes came. */
  readonly since: number;
  readonly pin: RootPin | null;
}
