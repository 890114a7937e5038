// SPDX-License-Identifier: Apache-2.0

/** Who may sign for which projects, and where the signatures lie: a `[[signer]]` table. */
export interface SignerRule {
  /** Glob over normalised names. */
  readonly project: string;
  /** A `distribution` is an independent witness, and never the publisher. */
  readonly speaksFor: 'publisher' | 'distribution';
  /** Upper-case fingerprints of 40 or 64 digits, of certificates or of their subkeys. */
  readonly openpgp: readonly string[];
  /** Certificates, armoured or in base64; each may hold several. */
  readonly keyrings: readonly string[];
  /** Minisign public keys: 56 base64 characters. */
  readonly minisign: readonly string[];
  /** Lines of an allowed-signers file (ssh-keygen(1)). */
  readonly ssh: readonly string[];
  /** Sigstore identities, each in one word as `--identity` takes it; none where absent. */
  readonly sigstore?: readonly string[];
  /** What SSH signatures must say that they are for. */
  readonly sshNamespace: string;
  /** Where detached OpenPGP signatures of files lie; `null`: where the index says. */
  readonly signatures: readonly string[] | null;
  /** Where checksum documents lie. */
  readonly checksums: readonly string[];
  /** How many different keys must have signed. */
  readonly threshold: number;
  /** What a key signed while it lived still counts. */
  readonly acceptEndedKeys: boolean;
  /** Authorities that this user has revoked: they speak for nobody. */
  readonly revoked?: readonly string[];
  /** `wheelproof.toml [[signer]] 1` */
  readonly source: string;
}

/** The rules for one project, in the order in which they are written. */
export type SignersFor = (project: string) => readonly SignerRule[];

/** Files of this machine that a policy names. */
export interface LocalFiles {
  /** `null` where there is none; `'too long'` where there is more than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Uint8Array | 'too long' | null>;
}
